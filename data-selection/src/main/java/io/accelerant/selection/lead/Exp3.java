package io.accelerant.selection.lead;

/**
 * EXP3, a bandit against an adversary: arms are drawn by weight, mixed with an even draw, and the
 * weight of the drawn one grows with its reward over its probability (Auer et al., "The
 * Nonstochastic Multiarmed Bandit Problem"). Weights are kept with a maximum of 1, which changes no
 * probability. Mutable.
 */
final class Exp3 {
  private final double gamma;
  private final double[] weights;

  /**
   * @param weights positive; not copied
   */
  Exp3(double gamma, double[] weights) {
    this.gamma = gamma;
    this.weights = weights;
  }

  double[] weights() {
    return weights;
  }

  /**
   * {@code p_k = (1 - gamma) w_k / sum w + gamma / K}, shared out again over the arms that are
   * open.
   *
   * @throws IllegalArgumentException if none is
   */
  double[] probabilities(boolean[] open) {
    double[] p = new double[weights.length];
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = 0;
    boolean all = true;
    for (int k = 0; k < p.length; k++) {
      if (open[k]) {
        p[k] = (1 - gamma) * weights[k] / sum + gamma / p.length;
        left += p[k];
      }
      all &= open[k];
    }
    if (!(left > 0)) {
      throw new IllegalArgumentException("no arm is open");
    }
    for (int k = 0; k < p.length && !all; k++) {
      p[k] /= left;
    }
    return p;
  }

  /**
   * {@code w_k <- w_k exp(gamma / K * reward / p_k)}, then all over their maximum.
   *
   * @param probability p_k as it was when k was drawn
   */
  void reward(int k, double reward, double probability) {
    weights[k] *= StrictMath.exp(gamma / weights.length * reward / probability);
    double largest = 0;
    for (double weight : weights) {
      largest = Math.max(largest, weight);
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= largest;
    }
  }
}
