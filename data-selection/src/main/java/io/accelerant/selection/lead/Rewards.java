package io.accelerant.selection.lead;

/** Brings rewards to -1 .. 1 by the smallest and the largest so far. Mutable. */
final class Rewards {
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;

  /**
   * The first as it is; then {@code 2 (R - lowest) / (highest - lowest) - 1} with this one among
   * them, 0 if all are equal.
   */
  double normalised(double reward) {
    boolean first = lowest > highest;
    lowest = Math.min(lowest, reward);
    highest = Math.max(highest, reward);
    if (first) {
      return reward;
    }
    return highest == lowest ? 0 : 2 * (reward - lowest) / (highest - lowest) - 1;
  }

  /** What {@link #restore} takes. */
  double[] state() {
    return new double[] {lowest, highest};
  }

  void restore(double[] state) {
    lowest = state[0];
    highest = state[1];
  }
}
