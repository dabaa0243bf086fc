package io.accelerant.core.job;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A value that travels to each executor once, as a broadcast of {@link JavaBytes}. Every task makes
 * its own copy, so that the value need not be thread-safe; but an array of float32 numbers, such as
 * the parameters of a network, is one for all tasks of an executor and of a local driver, and only
 * read.
 *
 * @param <T> type of the value
 */
public final class Shared<T extends Serializable> implements Serializable, AutoCloseable {
  private final Broadcast<Serializable> sent;
  private final boolean isArray;
  private transient T own;

  /** On the driver: what the value refers to, such as another broadcast, lives as long as this. */
  private final transient T kept;

  private Shared(Broadcast<Serializable> sent, T value) {
    this.sent = sent;
    this.isArray = value instanceof float[];
    this.kept = value;
  }

  public static <T extends Serializable> Shared<T> of(JavaSparkContext spark, T value) {
    return new Shared<>(
        spark.broadcast(value instanceof float[] ? value : JavaBytes.of(value)), value);
  }

  /** As {@link #of(JavaSparkContext, Serializable)}, in the session of a job. */
  public static <T extends Serializable> Shared<T> of(JobContext context, T value) {
    return of(JavaSparkContext.fromSparkContext(context.spark().sparkContext()), value);
  }

  /** The copy of this task, made when it first asks; an array is that of all tasks. */
  @SuppressWarnings("unchecked")
  public T copy() {
    if (isArray) {
      return (T) sent.value();
    }
    if (own == null) { // a task has this object to itself: it came with its closure
      own = JavaBytes.value((byte[]) sent.value());
    }
    return own;
  }

  /** Removes the bytes from driver and executors. */
  @Override
  public void close() {
    sent.destroy();
  }
}
