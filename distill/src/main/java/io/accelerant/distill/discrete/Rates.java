package io.accelerant.distill.discrete;

/** Reverse rates, and the clean-up that ends every kernel. */
final class Rates {
  /** Negative probabilities nearer to zero than this are rounding: clipped, but not counted. */
  private static final double ROUNDING = 1e-9;

  private Rates() {}

  /**
   * r[y] = sigma(t) Q(y, x_i) s[y] for y != x_i, and 0 for x_i itself.
   *
   * @param rates receives S entries
   * @return R, the total rate of leaving x_i
   */
  static double reverse(
      DiffusionProcess process, int symbol, double[] scores, int offset, double t, double[] rates) {
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    boolean moves = !absorb || symbol == process.mask();
    double factor = moves ? process.noise().rate(t) : 0;
    if (!absorb) {
      factor /= process.vocabulary();
    }
    double total = 0;
    for (int y = 0; y < process.symbols(); y++) {
      rates[y] = y == symbol ? 0 : factor * scores[offset + y];
      total += rates[y];
    }
    return total;
  }

  /** Clips negative entries to zero, normalises to one and returns how many were truly negative. */
  static int clip(double[] probabilities, int symbols) {
    int clipped = 0;
    double total = 0;
    for (int y = 0; y < symbols; y++) {
      if (probabilities[y] < 0) {
        clipped += probabilities[y] < -ROUNDING ? 1 : 0;
        probabilities[y] = 0;
      }
      total += probabilities[y];
    }
    for (int y = 0; y < symbols; y++) {
      probabilities[y] /= total;
    }
    return clipped;
  }
}
