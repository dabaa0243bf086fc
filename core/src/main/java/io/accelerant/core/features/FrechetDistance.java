package io.accelerant.core.features;

import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.core.text.Text;

/**
 * The squared Wasserstein-2 distance of two normal laws with given moments (Dowson and Landau 1982;
 * "FID" of Heusel et al. 2017 when the features are those of Inception):
 *
 * <pre>
 * |m_a - m_b|^2 + tr(S_a) + tr(S_b) - 2 tr((S_a S_b)^(1/2))
 * </pre>
 *
 * It is biased upwards by sample size, so compare only numbers from as many samples, and hold them
 * against the distance of as many real ones.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * The trace term is exact: S_a S_b has the squared singular values of S_a^(1/2) S_b^(1/2) as
   * eigenvalues, so that the trace of its root is the sum of those singular values.
   *
   * @throws IllegalArgumentException if the dimensions differ
   */
  public static double between(Moments a, Moments b) {
    int d = a.mean().length;
    if (b.mean().length != d) {
      throw new IllegalArgumentException(
          Text.of("features of %d and of %d dimensions", d, b.mean().length));
    }
    double distance = 0;
    for (int i = 0; i < d; i++) {
      double difference = a.mean()[i] - b.mean()[i];
      distance += difference * difference + a.covariance()[i][i] + b.covariance()[i][i];
    }
    double[][] rootA = SymmetricEigen.of(a.covariance()).squareRoot();
    double[][] rootB = SymmetricEigen.of(b.covariance()).squareRoot();
    double trace = NuclearNorm.of(product(rootA, rootB));
    return distance - 2 * trace;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        double factor = a[i][k];
        for (int j = 0; j < c[i].length; j++) {
          c[i][j] += factor * b[k][j];
        }
      }
    }
    return c;
  }
}
