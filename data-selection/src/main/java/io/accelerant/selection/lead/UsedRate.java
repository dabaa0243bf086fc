package io.accelerant.selection.lead;

import io.accelerant.core.optim.LearningRate;

/**
 * A rate that falls along a line with the rows that were used, so that arms whose updates are of
 * other sizes fall alike. The loop says before each update how many that are.
 */
final class UsedRate implements LearningRate {
  private static final long serialVersionUID = 1;

  /** Of the peak, what it does not fall below. */
  private static final double FLOOR = 0.02;

  private final double peak;
  private final long budget;
  private long used;

  /**
   * @param budget rows that will be used
   */
  UsedRate(double peak, long budget) {
    this.peak = peak;
    this.budget = budget;
  }

  /** Sets how many rows were used before the update that comes. */
  void used(long rows) {
    used = rows;
  }

  @Override
  public double at(long update) {
    return peak * Math.max(FLOOR, 1 - (double) used / budget);
  }
}
