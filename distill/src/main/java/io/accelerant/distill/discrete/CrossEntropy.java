package io.accelerant.distill.discrete;

/**
 * Weighted cross-entropies of one example on the absorbing graph: what {@link ScoreEntropy} becomes
 * when s = c(t) p with p normalised. All have the same mean, a bound on -log p(x_0) in nats (Ou et
 * al., RADD).
 */
public final class CrossEntropy {
  private CrossEntropy() {}

  /** w(t) = sigma/(e^sigma_bar - 1): 1/t for loglinear noise. */
  public static double weight(DiffusionProcess process, double t) {
    return process.noise().rate(t) * Scores.scale(process, t);
  }

  /**
   * -w(t) sum over masked i of log p(x0_i).
   *
   * @param data x_0, [L]
   * @param noisy x_t ~ q(x_t | x_0), [L]
   * @param posterior [L][V], flat
   */
  public static double timeWeighted(
      DiffusionProcess process, int[] data, int[] noisy, double t, double[] posterior) {
    return weight(process, t) * masked(process, data, noisy, posterior);
  }

  /**
   * lambda-DCE: -(1/lambda) sum over masked i of log p(x0_i), lambda ~ U(0, 1) being the mask
   * probability.
   */
  public static double lambda(
      DiffusionProcess process, int[] data, int[] noisy, double lambda, double[] posterior) {
    return masked(process, data, noisy, posterior) / lambda;
  }

  /** k-DCE: -(L/k) sum over masked i of log p(x0_i), exactly k masks, k uniform in 1..L. */
  public static double exactly(
      DiffusionProcess process, int[] data, int[] noisy, int k, double[] posterior) {
    return masked(process, data, noisy, posterior) * data.length / k;
  }

  private static double masked(
      DiffusionProcess process, int[] data, int[] noisy, double[] posterior) {
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      if (noisy[i] == process.mask()) {
        sum -= StrictMath.log(posterior[i * process.vocabulary() + data[i]]);
      }
    }
    return sum;
  }
}
