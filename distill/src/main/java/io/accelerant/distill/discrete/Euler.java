package io.accelerant.distill.discrete;

/**
 * Euler step: P = onehot(x_i) + (t-u) r with the reverse rates r[y] = sigma(t) Q(y, x_i) s[y],
 * negative entries clipped (Lou et al., SEDD).
 */
public record Euler() implements ReverseKernel {
  @Override
  public String label() {
    return "euler";
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
    double left = (t - u) * Rates.reverse(process, symbol, scores, offset, t, probabilities);
    for (int y = 0; y < process.symbols(); y++) {
      probabilities[y] *= t - u;
    }
    probabilities[symbol] = 1 - left;
    return Rates.clip(probabilities, process.symbols());
  }
}
