package io.accelerant.core.job;

import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;

/** Spark's listeners get their events late; there is no public way to wait for them. */
final class Listeners {
  private Listeners() {}

  static void drain(SparkContext context) {
    try {
      context.listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's listeners are stuck", e);
    }
  }
}
