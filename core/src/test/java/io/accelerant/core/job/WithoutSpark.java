package io.accelerant.core.job;

import org.apache.hadoop.conf.Configuration;

/** What a job gets that must not start Spark. */
public final class WithoutSpark {
  /** Fails whoever asks for Spark. */
  public static final JobContext CONTEXT =
      new JobContext(
          () -> {
            throw new AssertionError("Spark was started");
          },
          new Configuration(),
          Progress.SILENT,
          () -> false,
          false,
          "");

  private WithoutSpark() {}
}
