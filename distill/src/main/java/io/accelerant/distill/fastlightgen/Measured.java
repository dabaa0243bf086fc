package io.accelerant.distill.fastlightgen;

import java.io.Serializable;
import java.util.Map;

/**
 * What samples of one seed are like.
 *
 * @param metrics by name, see {@link Judge}
 * @param samples themselves, as bytes
 */
record Measured(Map<String, Double> metrics, byte[][] samples) implements Serializable {
  double distance() {
    return metrics.get(Judge.CHOOSES);
  }

  /** 0 where nothing moves. */
  double jitter() {
    return metrics.getOrDefault(Judge.JITTER, 0.0);
  }
}
