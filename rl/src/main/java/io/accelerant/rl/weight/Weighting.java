package io.accelerant.rl.weight;

import java.util.Arrays;
import java.util.Locale;

/** Which trajectories are drawn more often. */
public enum Weighting {
  /** Every transition alike: {@code p = 1 / sum T_i}. */
  UNIFORM,
  /** By return: the score is the return G, between 0 and 1 over the trajectories. */
  RW,
  /** By advantage: the score is {@code G - V(s_0)}, so that an easy start is no merit. */
  AW,
  /** The best share of trajectories by return, all their transitions alike. */
  TOP;

  /** The values of the key {@code trajectoryWeights.weighting}. */
  public static final String[] LABELS =
      Arrays.stream(values()).map(Weighting::label).toArray(String[]::new);

  /** The name in configurations and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The weighting of a label. */
  public static Weighting ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
