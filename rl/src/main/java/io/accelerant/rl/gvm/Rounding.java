package io.accelerant.rl.gvm;

import java.util.Arrays;

/** Whole numbers near real ones, with a given sum. */
final class Rounding {
  private Rounding() {}

  /**
   * Each rounded half to even; where they sum to too little or too much, those with the largest
   * (smallest) residual {@code real - whole} get one more (less), the first of equal ones. Sorts
   * one array of primitives only if the sums differ.
   *
   * @param real at least 0, with a sum near the total
   */
  static long[] exact(double[] real, long total) {
    long[] whole = new long[real.length];
    long missing = total;
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (long) Math.rint(real[i]);
      missing -= whole[i];
    }
    while (missing != 0) { // once, but for totals beyond the digits of a double
      missing -= spread(real, whole, missing);
    }
    return whole;
  }

  /** One more or less for each of the extreme ones; returns what has been added. */
  private static long spread(double[] real, long[] whole, long missing) {
    int sign = Long.signum(missing);
    double[] sorted = new double[real.length];
    int fit = 0;
    for (int i = 0; i < real.length; i++) {
      if (fits(real[i], whole[i], sign)) {
        sorted[fit++] = -sign * (real[i] - whole[i]);
      }
    }
    Arrays.sort(sorted, 0, fit);
    int count = (int) Math.min(fit, Math.abs(missing));
    double last = sorted[count - 1];
    int ties = count;
    while (ties > 0 && sorted[ties - 1] == last) {
      ties--;
    }
    ties = count - ties; // of those at the border, so many
    for (int i = 0; i < real.length; i++) {
      double key = -sign * (real[i] - whole[i]);
      if (fits(real[i], whole[i], sign) && (key < last || (key == last && ties-- > 0))) {
        whole[i] += sign;
      }
    }
    return (long) sign * count;
  }

  /** Who has no share gets nothing, who has nothing gives nothing. */
  private static boolean fits(double real, long whole, int sign) {
    return sign > 0 ? real > 0 : whole > 0;
  }
}
