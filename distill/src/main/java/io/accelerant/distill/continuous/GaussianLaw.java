package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * The normal law N(mu, U diag(Lam) U^T) in R^d, of which the probability-flow ODE has a closed
 * solution ("The Unreasonable Effectiveness of Gaussian Score Approximation for Diffusion Models",
 * Wang and Vastola 2024): where noise is large, any data look like it. Directions outside U are
 * taken for those of no variance.
 *
 * @param mean mu, [d]
 * @param vectors U, [rank][d], rows of length 1 that are orthogonal to each other
 * @param values Lam, [rank], not negative
 */
public record GaussianLaw(double[] mean, double[][] vectors, double[] values)
    implements Serializable {
  public GaussianLaw {
    boolean fits = vectors.length == values.length;
    for (double[] vector : vectors) {
      fits &= vector.length == mean.length;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          Text.of(
              "%d variances and %d directions in %d dimensions",
              values.length, vectors.length, mean.length));
    }
  }

  /** d. */
  public int size() {
    return mean.length;
  }

  /**
   * The solution of the ODE from s to t without an evaluation: x_t = alpha_t mu + U diag(f) U^T y +
   * (sigma_t/sigma_s) (y - U U^T y), y = x_s - alpha_s mu, f = sqrt((alpha_t^2 Lam + sigma_t^2) /
   * (alpha_s^2 Lam + sigma_s^2)).
   *
   * @param x [batch][d] at s; not changed
   * @return [batch][d] at t
   */
  public double[] jump(double[] x, Node s, Node t) {
    int d = mean.length;
    double complement = t.sigma() / s.sigma();
    double[] factors = new double[values.length];
    for (int k = 0; k < factors.length; k++) {
      factors[k] = StrictMath.sqrt(variance(values[k], t) / variance(values[k], s)) - complement;
    }
    double[] moved = new double[x.length];
    double[] y = new double[d];
    for (int from = 0; from < x.length; from += d) {
      for (int i = 0; i < d; i++) {
        y[i] = x[from + i] - s.alpha() * mean[i];
        moved[from + i] = t.alpha() * mean[i] + complement * y[i];
      }
      for (int k = 0; k < factors.length; k++) {
        double along = 0;
        for (int i = 0; i < d; i++) {
          along += vectors[k][i] * y[i];
        }
        double added = factors[k] * along;
        for (int i = 0; i < d; i++) {
          moved[from + i] += added * vectors[k][i];
        }
      }
    }
    return moved;
  }

  private static double variance(double value, Node node) {
    return node.alpha() * node.alpha() * value + node.sigma() * node.sigma();
  }
}
