package io.accelerant.distill.discrete;

/**
 * Analytic step (Tweedie tau-leaping): with d = sigma_bar(t) - sigma_bar(u), P[y] is proportional
 * to (exp(-d Q) s)[y] exp(d Q)(x_i, y); it is exact for one position when the scores are (Lou et
 * al., SEDD, theorem 4.1).
 */
public record Tweedie() implements ReverseKernel {
  @Override
  public String label() {
    return "tweedie";
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
    double noise = process.noise().total(t) - process.noise().total(u);
    analytic(process, symbol, scores, offset, noise, probabilities);
    return Rates.clip(probabilities, process.symbols());
  }

  /**
   * The analytic step from time t down to total noise 0, with MASK excluded: the law of the data
   * symbol given the whole noisy state. For exact scores it inverts {@link Scores#fromPosterior}.
   *
   * @param scores the row of the position starts at {@code offset} and has S entries
   * @param probabilities receives S entries that sum to one, that of MASK is 0
   */
  public static void posterior(
      DiffusionProcess process,
      int symbol,
      double[] scores,
      int offset,
      double t,
      double[] probabilities) {
    analytic(process, symbol, scores, offset, process.noise().total(t), probabilities);
    if (symbol == process.mask()) {
      probabilities[symbol] = 0;
    }
    Rates.clip(probabilities, process.symbols());
  }

  private static void analytic(
      DiffusionProcess process,
      int symbol,
      double[] scores,
      int offset,
      double d,
      double[] probabilities) {
    if (process.graph() == DiffusionGraph.ABSORB) {
      absorb(process, symbol, scores, offset, d, probabilities);
    } else {
      uniform(process, symbol, scores, offset, d, probabilities);
    }
  }

  /** A masked position: P[y] = (e^d - 1) s[y], P[MASK] = 1 - sum; another one stays. */
  private static void absorb(
      DiffusionProcess process, int symbol, double[] scores, int offset, double d, double[] out) {
    boolean moves = symbol == process.mask();
    double factor = moves ? StrictMath.expm1(d) : 0;
    double left = 0;
    for (int y = 0; y < process.vocabulary(); y++) {
      out[y] = factor * scores[offset + y];
      left += out[y];
    }
    out[process.mask()] = 0;
    out[symbol] = 1 - left;
  }

  /** (s + (e^-d - 1)/V sum s)[y] times (e^-d [y = x_i] + (1 - e^-d)/V): both factors times e^-d. */
  private static void uniform(
      DiffusionProcess process, int symbol, double[] scores, int offset, double d, double[] out) {
    int symbols = process.symbols();
    double sum = 0;
    for (int y = 0; y < symbols; y++) {
      sum += scores[offset + y];
    }
    double spread = -StrictMath.expm1(-d) / symbols;
    for (int y = 0; y < symbols; y++) {
      double forward = (y == symbol ? StrictMath.exp(-d) : 0) + spread;
      out[y] = (scores[offset + y] - spread * sum) * forward;
    }
  }
}
