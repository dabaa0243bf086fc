package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;

/**
 * The clipped loss of sampled answers by their tokens' log-probabilities, in float64: with ratio
 * {@code s = exp(logp - old)} a token has {@code max(-A s, -A clip(s, 1-low, 1+high))}, at most
 * {@code -c A} where A is negative (dual clip), and {@code kl (exp(d) - d - 1)}, {@code d =
 * reference - logp}. A border belongs to the side that has a gradient.
 *
 * @param low how far the ratio may fall before a token of negative advantage has no gradient
 * @param high how far it may rise before one of positive advantage has none
 * @param dual c; infinite: no dual clip
 * @param kl weight of the divergence from the reference
 * @param plain whether a token has {@code -A logp} instead: no ratio, nothing is clipped
 */
public record ClippedLoss(double low, double high, double dual, double kl, boolean plain) {
  /** As published. */
  public static final ClippedLoss DEFAULT = new ClippedLoss(0.2, 0.2, 3, 1e-3, false);

  public ClippedLoss {
    if (!(low >= 0 && low <= 1 && high >= 0 && dual > 1 && kl >= 0)) {
      throw new IllegalArgumentException(
          Text.of(
              "low must be in [0, 1], high and kl at least 0, dual above 1: %s %s %s %s",
              low, high, kl, dual));
    }
  }

  /**
   * What a loss is made of.
   *
   * @param loss {@code sum_j w_j sum_t} of the tokens' losses, the divergence in it
   * @param policy the part without the divergence
   * @param divergence {@code sum_j w_j sum_t (exp(d) - d - 1)}, not times kl
   * @param clipped tokens without a gradient of the first part though A is not 0
   * @param gradient {@code [sequence][token]}, by the log-probabilities
   */
  public record Terms(
      double loss, double policy, double divergence, long clipped, double[][] gradient) {}

  /**
   * @param logP {@code [sequence][token]} under the policy
   * @param old under which the answers were drawn
   * @param reference not read where kl is 0
   * @param advantage A of each sequence
   * @param weight of each sequence, with all normalisers in it
   */
  public Terms of(
      double[][] logP, double[][] old, double[][] reference, double[] advantage, double[] weight) {
    double policy = 0;
    double divergence = 0;
    long clipped = 0;
    double[][] gradient = new double[logP.length][];
    for (int j = 0; j < logP.length; j++) {
      double a = advantage[j];
      double w = weight[j];
      gradient[j] = new double[logP[j].length];
      for (int t = 0; t < logP[j].length; t++) {
        double s = plain || a == 0 ? 1 : StrictMath.exp(logP[j][t] - old[j][t]);
        boolean flat = !plain && isClipped(s, a);
        policy += w * (plain ? -a * logP[j][t] : token(s, a));
        clipped += flat ? 1 : 0;
        gradient[j][t] = flat ? 0 : -w * a * s;
        if (kl > 0) {
          double d = reference[j][t] - logP[j][t];
          divergence += w * (StrictMath.expm1(d) - d);
          gradient[j][t] -= w * kl * StrictMath.expm1(d);
        }
      }
    }
    return new Terms(policy + kl * divergence, policy, divergence, clipped, gradient);
  }

  /** {@code max(-A s, -A clip(s))}, for A &lt; 0 at most {@code -c A}. */
  double token(double s, double a) {
    if (a == 0) {
      return 0;
    }
    double loss = Math.max(-a * s, -a * Math.min(Math.max(s, 1 - low), 1 + high));
    return a < 0 ? Math.min(loss, -dual * a) : loss;
  }

  /** Whether the loss of a token does not move with its ratio. */
  private boolean isClipped(double s, double a) {
    return a > 0 ? s > 1 + high : a < 0 && (s < 1 - low || s > dual);
  }
}
