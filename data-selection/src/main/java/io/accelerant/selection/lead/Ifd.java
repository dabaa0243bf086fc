package io.accelerant.selection.lead;

/**
 * Instruction-following difficulty: how much of an answer's loss its prompt leaves ("From Quantity
 * to Quality", Li et al. 2024).
 */
final class Ifd {
  private Ifd() {}

  /**
   * {@code L(y | x) / L(y)}; 0 of an answer that has no loss alone.
   *
   * @param behindPrompt nats a token of each answer behind its prompt
   * @param alone nats a token of each answer without it
   */
  static double[] of(double[] behindPrompt, double[] alone) {
    double[] ifd = new double[alone.length];
    for (int i = 0; i < ifd.length; i++) {
      ifd[i] = alone[i] > 0 ? behindPrompt[i] / alone[i] : 0;
    }
    return ifd;
  }

  /**
   * What rows are sorted by: 0 above 1, where the prompt does harm. Rows that are useless and rows
   * that are trivial come out alike.
   */
  static double[] difficulty(double[] ifd) {
    return java.util.Arrays.stream(ifd).map(x -> x > 1 ? 0 : x).toArray();
  }
}
