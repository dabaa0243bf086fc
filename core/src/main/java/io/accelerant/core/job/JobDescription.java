package io.accelerant.core.job;

import org.apache.spark.SparkContext;

/**
 * What Spark's pages and event log call the jobs that this thread starts, from {@link #set} to
 * {@link #close()}; then they are called as before.
 */
public final class JobDescription implements AutoCloseable {
  private static final String PROPERTY = "spark.job.description";

  private final SparkContext context;
  private final String before;

  public JobDescription(SparkContext context) {
    this.context = context;
    this.before = context.getLocalProperty(PROPERTY);
  }

  /** Names the jobs from here on. */
  public void set(String text) {
    context.setJobDescription(text);
  }

  @Override
  public void close() {
    context.setJobDescription(before);
  }
}
