package io.accelerant.core.math;

import java.util.Arrays;

/**
 * Spearman's rank correlation: the correlation of ranks, so that only the order of numbers counts.
 */
public final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * Of pairs; NaN where one side's numbers are all equal.
   *
   * @param a as many as b
   */
  public static double of(double[] a, double[] b) {
    return correlation(ranks(a), ranks(b));
  }

  /** Ranks from 0; equal numbers share their mean rank. */
  static double[] ranks(double[] numbers) {
    double[] ranks = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      for (double other : numbers) {
        ranks[i] += other < numbers[i] ? 1 : other == numbers[i] ? 0.5 : 0;
      }
      ranks[i] -= 0.5;
    }
    return ranks;
  }

  private static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / StrictMath.sqrt(aa * bb);
  }
}
