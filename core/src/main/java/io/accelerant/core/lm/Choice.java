package io.accelerant.core.lm;

/**
 * The only door of a decoder to randomness: a draw among options by weight. A decoder that draws
 * through nothing else can be replayed along every path, which gives the exact law of its results.
 */
@FunctionalInterface
public interface Choice {
  /**
   * Draws option i with probability {@code weights[i]} over their sum.
   *
   * @param weights of which the first n count: none negative, a positive and finite sum
   * @return an option of positive weight, in {0, .., n-1}
   */
  int choose(double[] weights, int n);
}
