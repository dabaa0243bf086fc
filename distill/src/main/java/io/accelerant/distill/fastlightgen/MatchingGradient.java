package io.accelerant.distill.fastlightgen;

import java.io.Serializable;

/**
 * The gradient of distribution matching (DMD2, Yin et al. 2024) by samples x: from the clean data
 * that a real and a fake network see in the noised samples,
 *
 * <pre>
 * g = (xF - xR) / max(floor, mean |x - xR|)     per sample; what is not finite is 0
 * L = 1/2 mean |x - stopgrad(x - g)|^2,         dL/dx = g / (numbers of the batch)
 * </pre>
 *
 * @param floor of the divisor
 */
record MatchingGradient(double floor) implements Serializable {
  /** The divisor that a sample on its way does not fall below. */
  static final double FLOOR = 1e-3;

  /**
   * @param gradient dL/dx, {@code [rows][numbers]} flat
   * @param divisors of the rows
   * @param loss L, the rows' part
   */
  record Terms(double[] gradient, double[] divisors, double loss) {}

  /**
   * @param x {@code [rows][numbers]}, flat
   * @param real xR, as x
   * @param fake xF, as x
   * @param rows of this piece
   * @param all rows of the batch, of which these may be a part
   */
  Terms of(double[] x, double[] real, double[] fake, int rows, long all) {
    int size = x.length / rows;
    double numbers = (double) size * all;
    double[] gradient = new double[x.length];
    double[] divisors = new double[rows];
    double squares = 0;
    for (int row = 0; row < rows; row++) {
      divisors[row] = divisor(x, real, row * size, size);
      for (int i = row * size; i < (row + 1) * size; i++) {
        double g = (fake[i] - real[i]) / divisors[row];
        g = Double.isFinite(g) ? g : 0;
        squares += g * g;
        gradient[i] = g / numbers;
      }
    }
    return new Terms(gradient, divisors, squares / numbers / 2);
  }

  private double divisor(double[] x, double[] real, int from, int size) {
    double sum = 0;
    for (int i = from; i < from + size; i++) {
      sum += Math.abs(x[i] - real[i]);
    }
    return Math.max(floor, sum / size);
  }
}
