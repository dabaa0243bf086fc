package io.accelerant.rl.weight;

import io.accelerant.core.math.SymmetricEigen;
import java.io.Serializable;

/**
 * The value of a start, {@code V(s_0) = mean G + sum_k slope_k (s_0k - mean_k)}: ordinary least
 * squares with intercept of the return on the raw initial observation, in-sample (section 2 of the
 * method). Where the observations do not determine the slopes (constant or dependent columns, fewer
 * trajectories than columns) the solution of least norm in standardised columns is taken; its
 * in-sample values, all that the method uses, are those of every least-squares solution.
 *
 * @param meanObservation {@code [d]}
 * @param meanReturn mean G over trajectories
 * @param slopes {@code [d]}
 */
public record Baseline(double[] meanObservation, double meanReturn, double[] slopes)
    implements Serializable {
  /**
   * Numbers of an observation that a plane is fitted to; of a wider one (an image) there is none.
   */
  public static final int WIDEST = 256;

  /** Directions with less than this share of the largest variance, in correlations, are none. */
  private static final double CUTOFF = 1e-12;

  /** A column whose spread is below this share of its size is constant but for rounding. */
  private static final double CONSTANT = 1e-13;

  /**
   * From centred sufficient statistics.
   *
   * @param n number of trajectories
   * @param scatter {@code [d][d]}: sum over trajectories of (s_0 - mean)(s_0 - mean)^T
   * @param cross {@code [d]}: sum of (s_0 - mean)(G - mean G)
   */
  public static Baseline fit(
      long n, double[] meanObservation, double meanReturn, double[][] scatter, double[] cross) {
    int d = cross.length;
    double[] scale = new double[d];
    for (int k = 0; k < d; k++) {
      double deviation = StrictMath.sqrt(scatter[k][k]);
      boolean constant =
          deviation <= CONSTANT * StrictMath.sqrt((double) n) * Math.abs(meanObservation[k]);
      scale[k] = constant ? 0 : 1 / deviation;
    }
    double[][] correlation = new double[d][d];
    double[] target = new double[d];
    for (int i = 0; i < d; i++) {
      target[i] = scale[i] * cross[i];
      for (int j = 0; j < d; j++) {
        correlation[i][j] = scale[i] * scatter[i][j] * scale[j];
      }
    }
    double[] slopes = minimumNorm(correlation, target);
    for (int k = 0; k < d; k++) {
      slopes[k] *= scale[k];
    }
    return new Baseline(meanObservation.clone(), meanReturn, slopes);
  }

  /** {@code A^+ b} of a symmetric positive semi-definite A. */
  private static double[] minimumNorm(double[][] a, double[] b) {
    int d = b.length;
    SymmetricEigen eigen = SymmetricEigen.of(a);
    double largest = 0;
    for (double value : eigen.values()) {
      largest = Math.max(largest, value);
    }
    double[] x = new double[d];
    for (int k = 0; k < d; k++) {
      if (eigen.values()[k] > CUTOFF * d * largest) {
        double projection = 0;
        for (int i = 0; i < d; i++) {
          projection += eigen.vectors()[i][k] * b[i];
        }
        for (int i = 0; i < d; i++) {
          x[i] += projection / eigen.values()[k] * eigen.vectors()[i][k];
        }
      }
    }
    return x;
  }

  /** V of one start. */
  public double at(double[] observation) {
    double value = meanReturn;
    for (int k = 0; k < slopes.length; k++) {
      value += slopes[k] * (observation[k] - meanObservation[k]);
    }
    return value;
  }

  /**
   * Whether there are trajectories enough: with {@code n <= 2 (d + 1)} the regression nearly
   * interpolates, every advantage is about 0, and AW says nothing.
   */
  public static boolean isDetermined(long trajectories, int dimension) {
    return trajectories > 2L * (dimension + 1);
  }
}
