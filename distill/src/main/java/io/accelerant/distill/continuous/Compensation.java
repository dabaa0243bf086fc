package io.accelerant.distill.continuous;

/**
 * Dynamic compensation (DC-Solver, Zhao et al. 2024): the newest stored output is replaced by the
 * Lagrange interpolation of the last K + 1 at a time shifted by one scalar, the ratio rho. A ratio
 * of 1 changes nothing, above 1 it extrapolates towards the next time.
 */
public final class Compensation {
  /** K, the degree of the interpolation. */
  public static final int DEGREE = 2;

  private Compensation() {}

  /** Whether update i = 1, 2, .. has K + 1 outputs to interpolate; before that its ratio is 1. */
  public static boolean isFree(int update) {
    return update > DEGREE;
  }

  /** m^ = sum_k m_{i-1-k} prod_{l != k} (t' - t_l) / (t_k - t_l), t' = rho t_0 + (1 - rho) t_1. */
  static History apply(History history, double ratio) {
    if (ratio == 1 || history.size() <= DEGREE) {
      return history;
    }
    double shifted = ratio * history.node(0).t() + (1 - ratio) * history.node(1).t();
    double[] m = new double[history.output(0).length];
    for (int k = 0; k <= DEGREE; k++) {
      double weight = lagrange(history, k, DEGREE, shifted);
      double[] output = history.output(k);
      for (int i = 0; i < m.length; i++) {
        m[i] += weight * output[i];
      }
    }
    return history.withNewest(m);
  }

  /** Lagrange polynomial k through the last {@code degree + 1} times, at t. */
  static double lagrange(History history, int k, int degree, double t) {
    double product = 1;
    for (int l = 0; l <= degree; l++) {
      if (l != k) {
        product *= (t - history.node(l).t()) / (history.node(k).t() - history.node(l).t());
      }
    }
    return product;
  }
}
