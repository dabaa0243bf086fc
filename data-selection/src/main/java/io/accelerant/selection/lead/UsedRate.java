package io.accelerant.selection.lead;

import io.accelerant.core.optim.LearningRate;

/**
 * A rate that falls along a line with what is used of the budget, so that arms whose updates are of
 * other sizes fall alike. The loop says before each update how much that is.
 */
final class UsedRate implements LearningRate {
  private static final long serialVersionUID = 1;

  /** Of the peak, what it does not fall below. */
  private static final double FLOOR = 0.02;

  private final double peak;
  private final long budget;
  private long used;

  /**
   * @param budget what will be used: of rows, what {@link Rule#count} counts
   */
  UsedRate(double peak, long budget) {
    this.peak = peak;
    this.budget = budget;
  }

  /** Sets what of the budget was used before the update that comes. */
  void used(long before) {
    used = before;
  }

  @Override
  public double at(long update) {
    return peak * Math.max(FLOOR, 1 - (double) used / budget);
  }
}
