package io.accelerant.selection.lead;

import java.io.Serializable;

/**
 * How rounds select.
 *
 * @param budget row uses of an arm, or distinct rows of them
 * @param rounds that the budget is shared out to, at least; at most the budget
 * @param rate share of what is available that a round takes; 0: by rounds
 * @param count what the budget counts
 * @param smoothing b: weight of a row's history
 * @param gamma of EXP3: mixing and step
 * @param batch most rows of an update
 */
record Rule(
    long budget,
    int rounds,
    double rate,
    Count count,
    double smoothing,
    double gamma,
    LossChange.Kind lossChange,
    Guard guard,
    int batch)
    implements Serializable {
  /** Uses of a row by the published method, at most. */
  private static final int PUBLISHED_USES = 4;

  /** What a budget counts. */
  enum Count {
    USES,
    DISTINCT
  }

  /** Whether a round of an arm takes whole shares of each task, which of few rows are nothing. */
  boolean isByFloors(Arm arm) {
    return rate > 0 && arm == Arm.LEAD_FAITHFUL;
  }

  /** Times that an arm may train on a row. */
  int uses(Arm arm) {
    if (arm == Arm.LEAD_FAITHFUL) {
      return PUBLISHED_USES;
    }
    return arm.eligible() == Arm.Eligible.GUARD ? guard.uses() : 1;
  }
}
