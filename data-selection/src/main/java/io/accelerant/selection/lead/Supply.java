package io.accelerant.selection.lead;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What arms can be given of a pool. One that ran out would have been trained less than those it is
 * compared with, at a rate that never fell.
 *
 * @param clusters of the pool, empty ones included
 * @param clean as of {@link Guard#eligible}
 */
record Supply(Rule rule, PoolRows pool, int clusters, boolean[] clean) {
  /**
   * @throws DataException if an arm may run out of rows before its budget is used
   */
  void require(List<Arm> arms) {
    for (Arm arm : arms) {
      long rows = rows(arm);
      if (arm != Arm.FULL && rows * uses(arm) < rule.budget()) {
        throw new DataException(missing(arm, rows));
      }
    }
  }

  /**
   * @param rows of the warm-up
   * @throws DataException if the pool has fewer
   */
  static void requireWarmUp(PoolRows pool, long rows) {
    if (pool.count() < rows) {
      throw new DataException(
          Text.of(
              "The pool has %,d rows; %s = %,d. Set it to at most that.",
              pool.count(), OfflineKeys.WARM_UP_ROWS.path(), rows));
    }
  }

  /** What the budget can count of a row. */
  private long uses(Arm arm) {
    return rule.count() == Rule.Count.USES ? rule.uses(arm) : 1;
  }

  /** Rows that are sure to be used up if the arm goes on. */
  private long rows(Arm arm) {
    boolean[] eligible = rule.guard().eligible(arm, pool, clean);
    if (!rule.isByFloors(arm)) {
      return IntStream.range(0, eligible.length).filter(row -> eligible[row]).count();
    }
    int tasks = pool.taskNames().size();
    long[] groups = new long[clusters * tasks];
    for (int row = 0; row < eligible.length; row++) {
      groups[pool.clusters()[row] * tasks + pool.tasks()[row]] += eligible[row] ? 1 : 0;
    }
    long kept = Quotas.least(rule.rate()) - 1; // of which a round takes nothing
    return LongStream.of(groups).map(size -> Math.max(0, size - kept)).sum();
  }

  private String missing(Arm arm, long rows) {
    String found =
        rule.isByFloors(arm)
            ? Text.of(
                "is sure of %,d rows (%s = %s takes nothing of fewer than %,d of a task and"
                    + " cluster)",
                rows, SelectionKeys.RATE.path(), rule.rate(), Quotas.least(rule.rate()))
            : Text.of("may choose of %,d rows", rows);
    String way =
        rule.isByFloors(arm)
            ? "set lead.rate higher or lead.clusters lower"
            : "let more rows in by lead.guard or a larger pool";
    return Text.of(
        "The arm %s %s, each to be counted %d times at most: %s = %,d is more. Set it to at most"
            + " %,d, or %s.",
        arm.label(),
        found,
        uses(arm),
        SelectionKeys.BUDGET.path(),
        rule.budget(),
        rows * uses(arm),
        way);
  }
}
