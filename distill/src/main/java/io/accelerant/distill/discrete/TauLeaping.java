package io.accelerant.distill.discrete;

/**
 * Poisson tau-leaping for categorical data: the rates r are held over the step, n_y ~ Poisson((t-u)
 * r_y) jumps happen, and more than one jump is rejected: P[y] = (t-u) r_y exp(-(t-u) R), the rest
 * stays (Campbell et al., "A Continuous Time Framework for Discrete Denoising Models").
 */
public record TauLeaping() implements ReverseKernel {
  @Override
  public String label() {
    return "tau-leaping";
  }

  @Override
  public int probabilities(
      DiffusionProcess process,
      int symbol,
      double[] scores,
      int offset,
      double t,
      double u,
      double[] probabilities) {
    double expected = (t - u) * Rates.reverse(process, symbol, scores, offset, t, probabilities);
    double single = (t - u) * StrictMath.exp(-expected);
    for (int y = 0; y < process.symbols(); y++) {
      probabilities[y] *= single;
    }
    probabilities[symbol] = 1 - expected * StrictMath.exp(-expected);
    return Rates.clip(probabilities, process.symbols());
  }
}
