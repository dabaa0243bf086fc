package io.accelerant.core.config;

import java.util.Map;

/**
 * Where Spark's tasks run, from the text of {@code spark.master}.
 *
 * @param url such as {@code local[4]}, {@code spark://host:7077} or {@code yarn}
 */
public record Master(String url) {
  /**
   * @param spark Spark's settings
   */
  public static Master of(Map<String, String> spark) {
    return new Master(spark.getOrDefault("spark.master", ""));
  }

  /** Whether tasks run in the driver's process, and Spark hands out no resources. */
  public boolean isOneProcess() {
    return url.equals("local") || url.startsWith("local[");
  }

  /** Whether tasks run on the driver's machine; {@code local-cluster[...]} has other processes. */
  public boolean isOneMachine() {
    return isOneProcess() || url.startsWith("local-cluster[");
  }
}
