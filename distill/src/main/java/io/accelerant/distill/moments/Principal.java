package io.accelerant.distill.moments;

import io.accelerant.core.features.Moments;
import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.measure.pixels.PrincipalComponents;
import java.util.stream.IntStream;

/** The principal directions of a covariance: all of it, or those of most variance. */
public final class Principal {
  /** Dimensions up to which every direction is found. */
  public static final int WHOLE = 1024;

  private Principal() {}

  /** The law of a mixture's moments, in closed form. */
  public static GaussianLaw of(GaussianMixture mixture, int label) {
    GaussianMixture.Moments moments = mixture.moments(label);
    return law(moments.mean(), moments.covariance(), moments.mean().length);
  }

  /**
   * The normal law with a mean and the directions of most variance.
   *
   * @param covariance [d][d]
   * @param rank how many directions; beyond {@value #WHOLE} dimensions they are found by iteration
   */
  static GaussianLaw law(double[] mean, double[][] covariance, int rank) {
    if (mean.length > WHOLE) {
      double[][] vectors = PrincipalComponents.plain(new Moments(2, mean, covariance), rank);
      double[] values = new double[vectors.length];
      for (int k = 0; k < values.length; k++) {
        values[k] = quadratic(vectors[k], covariance);
      }
      return new GaussianLaw(mean, vectors, values);
    }
    SymmetricEigen eigen = SymmetricEigen.of(covariance);
    double[] all = eigen.values();
    int[] order =
        IntStream.range(0, all.length)
            .boxed()
            .sorted((a, b) -> Double.compare(all[b], all[a]))
            .limit(rank)
            .mapToInt(Integer::intValue)
            .toArray();
    double[] values = new double[order.length];
    double[][] vectors = new double[order.length][mean.length];
    for (int k = 0; k < order.length; k++) {
      values[k] = Math.max(0, all[order[k]]); // rounding of what has no variance
      for (int i = 0; i < mean.length; i++) {
        vectors[k][i] = eigen.vectors()[i][order[k]];
      }
    }
    return new GaussianLaw(mean, vectors, values);
  }

  /** u^T C u. */
  private static double quadratic(double[] u, double[][] c) {
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      double row = 0;
      for (int j = 0; j < u.length; j++) {
        row += c[i][j] * u[j];
      }
      sum += u[i] * row;
    }
    return Math.max(0, sum);
  }
}
