package io.accelerant.core.features;

import io.accelerant.core.error.DataException;

/**
 * Mean and covariance (divided by n - 1) of rows of features, in float64, added in the order of the
 * rows.
 *
 * @param mean [d]
 * @param covariance [d][d], symmetric
 */
public record Moments(long count, double[] mean, double[][] covariance) {
  /**
   * @param rows [n][d]
   * @throws DataException if there are fewer than two rows, or a number is not finite
   */
  public static Moments of(float[][] rows) {
    double[][] wide = new double[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      wide[row] = new double[rows[row].length];
      for (int i = 0; i < wide[row].length; i++) {
        wide[row][i] = rows[row][i];
      }
    }
    return of(wide);
  }

  /** As {@link #of(float[][])}. */
  public static Moments of(double[][] rows) {
    if (rows.length < 2) {
      throw new DataException("a covariance needs two rows of features, got " + rows.length + ".");
    }
    int d = rows[0].length;
    double[] mean = new double[d];
    for (double[] row : rows) {
      for (int i = 0; i < d; i++) {
        mean[i] += row[i];
      }
    }
    for (int i = 0; i < d; i++) {
      mean[i] /= rows.length;
      if (!Double.isFinite(mean[i])) {
        throw new DataException("feature " + i + " is not a finite number in some row.");
      }
    }
    double[][] covariance = new double[d][d];
    double[] centred = new double[d];
    for (double[] row : rows) {
      for (int i = 0; i < d; i++) {
        centred[i] = row[i] - mean[i];
      }
      for (int i = 0; i < d; i++) {
        double[] target = covariance[i];
        double factor = centred[i];
        for (int j = 0; j <= i; j++) {
          target[j] += factor * centred[j];
        }
      }
    }
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[i][j] /= rows.length - 1;
        covariance[j][i] = covariance[i][j];
      }
    }
    return new Moments(rows.length, mean, covariance);
  }
}
