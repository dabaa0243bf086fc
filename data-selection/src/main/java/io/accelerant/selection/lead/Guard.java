package io.accelerant.selection.lead;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which rows are worth choosing from at all: the largest losses are those of rows that say nothing.
 *
 * @param quantile of the initial loss, by task; rows above it are out
 * @param duplicates which rows repeat others, and are out
 * @param uses of a row, at most
 */
record Guard(double quantile, Duplicates duplicates, int uses) implements Serializable {
  /** What is a copy of another row. */
  enum Duplicates {
    /** None: copies are kept. */
    KEEP,
    /** A row of the same tokens. */
    EXACT,
    /** A row that shares most of its runs of tokens. */
    NEAR
  }

  /**
   * Rows that an arm may choose.
   *
   * @param clean rows that are what they seem; read for {@link Arm.Eligible#ORACLE} only
   */
  boolean[] eligible(Arm arm, PoolRows pool, boolean[] clean) {
    return switch (arm.eligible()) {
      case ALL -> all(pool);
      case ORACLE -> clean.clone();
      case QUANTILE -> cut(pool, all(pool));
      case GUARD -> cut(pool, withoutCopies(pool));
    };
  }

  /** What passes the guard: copies are out first, then the largest losses of what is left. */
  boolean[] passing(PoolRows pool) {
    return cut(pool, withoutCopies(pool));
  }

  private static boolean[] all(PoolRows pool) {
    boolean[] all = new boolean[pool.count()];
    Arrays.fill(all, true);
    return all;
  }

  private boolean[] withoutCopies(PoolRows pool) {
    boolean[] kept = all(pool);
    for (int i = 0; i < kept.length; i++) {
      kept[i] = duplicates == Duplicates.KEEP || pool.copyOf()[i] < 0;
    }
    return kept;
  }

  private boolean[] cut(PoolRows pool, boolean[] rows) {
    double[] thresholds =
        IntStream.range(0, pool.taskNames().size())
            .mapToDouble(task -> threshold(losses(pool, rows, task)))
            .toArray();
    for (int i = 0; i < rows.length; i++) {
      rows[i] &= pool.initialLoss()[i] <= thresholds[pool.tasks()[i]];
    }
    return rows;
  }

  private static double[] losses(PoolRows pool, boolean[] rows, int task) {
    return IntStream.range(0, rows.length)
        .filter(i -> rows[i] && pool.tasks()[i] == task)
        .mapToDouble(i -> pool.initialLoss()[i])
        .toArray();
  }

  /** The {@code ceil(q n)}-th smallest of n; the smallest for q = 0. */
  private double threshold(double[] losses) {
    if (losses.length == 0) {
      return Double.POSITIVE_INFINITY;
    }
    Arrays.sort(losses);
    int rank = (int) Math.ceil(quantile * losses.length);
    return losses[Math.max(1, rank) - 1];
  }
}
