package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mean gradients that a change of loss is expected from: the first of each cluster, and the
 * last. Mutable; keeps the arrays it is given.
 */
final class GradientMemory {
  private static final String CLUSTER = "gradient.cluster.";
  private static final String PREVIOUS = "gradient.previous";

  private final Map<Integer, double[]> first = new TreeMap<>();
  private double[] previous;

  /**
   * What a round of a cluster is expected to change the loss by, before it is trained.
   *
   * @param rate learning rate eta
   */
  LossChange expected(int cluster, double rate) {
    if (previous == null) {
      return LossChange.NONE;
    }
    double deltaPrevious = dot(previous, previous);
    double[] remembered = first.get(cluster);
    return remembered == null
        ? LossChange.ofPrevious(deltaPrevious, rate)
        : LossChange.minNorm(
            dot(remembered, remembered), deltaPrevious, dot(remembered, previous), rate);
  }

  /** Takes note of the mean gradient of a round. */
  void trained(int cluster, double[] gradient) {
    first.putIfAbsent(cluster, gradient);
    previous = gradient;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** What {@link #restore} takes. */
  Map<String, Flat> state() {
    Map<String, Flat> state = new LinkedHashMap<>();
    first.forEach((cluster, gradient) -> state.put(CLUSTER + cluster, Flat.of(gradient)));
    if (previous != null) {
      state.put(PREVIOUS, Flat.of(previous));
    }
    return state;
  }

  /**
   * @param state may hold other things
   */
  void restore(Map<String, Flat> state) {
    first.clear();
    state.forEach(
        (name, gradient) -> {
          if (name.startsWith(CLUSTER)) {
            first.put(Integer.valueOf(name.substring(CLUSTER.length())), gradient.doubles());
          }
        });
    previous = state.containsKey(PREVIOUS) ? state.get(PREVIOUS).doubles() : null;
  }
}
