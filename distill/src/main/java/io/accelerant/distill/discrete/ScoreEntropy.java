package io.accelerant.distill.discrete;

/**
 * Diffusion-weighted denoising score entropy of one example (Lou et al., SEDD; without the Monte
 * Carlo factors): its mean over t ~ U[0, 1] and x_t ~ q bounds -log p(x_0) in nats, up to the prior
 * term. K(a) = a (log a - 1) makes every summand zero at the true ratio.
 */
public final class ScoreEntropy {
  private ScoreEntropy() {}

  /**
   * sigma(t) sum_i f_i. Absorbing graph, masked i: f = sum_{y&lt;V} s_y - rho log s_{x0} + K(rho),
   * rho = 1/(e^sigma_bar - 1). Uniform graph: f = (1/V) sum_{y != x_i} [s_y - r_y log s_y +
   * K(r_y)], r_y = q(y|x0)/q(x_i|x0).
   *
   * @param data x_0, [L]
   * @param noisy x_t, [L]
   * @param scores [L][S], flat
   * @return nats; infinite if a score is 0 where the ratio is not
   */
  public static double loss(
      DiffusionProcess process, int[] data, int[] noisy, double t, double[] scores) {
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      int offset = i * process.symbols();
      if (process.graph() == DiffusionGraph.UNIFORM) {
        sum += uniform(process, data[i], noisy[i], t, scores, offset);
      } else if (noisy[i] == process.mask()) {
        sum += absorb(process, data[i], t, scores, offset);
      }
    }
    return process.noise().rate(t) * sum;
  }

  private static double absorb(
      DiffusionProcess process, int data, double t, double[] scores, int offset) {
    double rho = Scores.scale(process, t);
    double sum = constant(rho) - rho * StrictMath.log(scores[offset + data]);
    for (int y = 0; y < process.vocabulary(); y++) {
      sum += scores[offset + y];
    }
    return sum;
  }

  private static double uniform(
      DiffusionProcess process, int data, int noisy, double t, double[] scores, int offset) {
    double own = ForwardProcess.probability(process, data, noisy, t);
    double sum = 0;
    for (int y = 0; y < process.symbols(); y++) {
      if (y != noisy) {
        double ratio = ForwardProcess.probability(process, data, y, t) / own;
        sum += scores[offset + y] + constant(ratio);
        sum -= ratio > 0 ? ratio * StrictMath.log(scores[offset + y]) : 0;
      }
    }
    return sum / process.vocabulary();
  }

  /** K(a) = a (log a - 1). */
  private static double constant(double a) {
    return a > 0 ? a * (StrictMath.log(a) - 1) : 0;
  }
}
