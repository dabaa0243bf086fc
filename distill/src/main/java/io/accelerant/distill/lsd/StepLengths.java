package io.accelerant.distill.lsd;

/**
 * The M step lengths of LSD+, kappa = (1 - tEnd) softmax(a): positive and summing to the whole time
 * axis for any logits a, which neither the paper nor its code ensures. kappa_k is the length of the
 * step that leaves tau_k.
 */
final class StepLengths {
  /**
   * No step is shorter than this part of the longest: far below it the times of two steps would be
   * the same double, or nearly so, and a grid must fall strictly.
   */
  private static final double SHORTEST = 1e-8;

  private StepLengths() {}

  /** kappa(a) for logits a; [M]. */
  static double[] ofLogits(double[] a, double tEnd) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : a) {
      max = Math.max(max, v);
    }
    double[] weights = new double[a.length];
    for (int k = 0; k < a.length; k++) {
      weights[k] = StrictMath.exp(a[k] - max);
    }
    return ofWeights(weights, tEnd);
  }

  /** Lengths in the proportion of weights, none negative and not all 0; [M]. */
  static double[] ofWeights(double[] weights, double tEnd) {
    double max = 0;
    for (double w : weights) {
      max = Math.max(max, w);
    }
    double[] kappa = new double[weights.length];
    double sum = 0;
    for (int k = 0; k < kappa.length; k++) {
      kappa[k] = Math.max(weights[k], SHORTEST * max);
      sum += kappa[k];
    }
    for (int k = 0; k < kappa.length; k++) {
      kappa[k] *= (1 - tEnd) / sum;
    }
    return kappa;
  }

  /** tau_0 = 1, tau_k = 1 - sum of kappa_l over l &lt; k, tau_M = tEnd; [M+1], strictly falling. */
  static double[] times(double[] kappa, double tEnd) {
    double[] tau = new double[kappa.length + 1];
    tau[kappa.length] = tEnd;
    for (int k = kappa.length - 1; k > 0; k--) {
      tau[k] =
          tau[k + 1] + kappa[k]; // from the short end, so that tiny last steps keep their digits
    }
    tau[0] = 1;
    return tau;
  }

  /** Logits of given falling times: a_k = log(tau_k - tau_{k+1}). */
  static double[] logits(double[] times) {
    double[] a = new double[times.length - 1];
    for (int k = 0; k < a.length; k++) {
      a[k] = StrictMath.log(times[k] - times[k + 1]);
    }
    return a;
  }

  /**
   * Gradient with respect to a, given that with respect to kappa: da = kappa (g - sum kappa g / (1
   * - tEnd)).
   */
  static double[] logitGradient(double[] kappa, double[] gradient, double tEnd) {
    double inner = 0;
    for (int k = 0; k < kappa.length; k++) {
      inner += kappa[k] * gradient[k] / (1 - tEnd);
    }
    double[] out = new double[kappa.length];
    for (int k = 0; k < kappa.length; k++) {
      out[k] = kappa[k] * (gradient[k] - inner);
    }
    return out;
  }
}
