package io.accelerant.distill.discrete;

import java.io.Serializable;

/**
 * One step of the reverse process from time t down to u, every position on its own: the law of the
 * next symbol given state and scores.
 */
public interface ReverseKernel extends Serializable {
  /** Name in configurations and reports. */
  String label();

  /**
   * Transition probabilities of one position.
   *
   * @param symbol current symbol x_i
   * @param scores scores, of which the row of this position starts at {@code offset} and has S
   *     entries
   * @param t time now
   * @param u time after the step, below t
   * @param probabilities receives S entries, not negative, that sum to one
   * @return number of entries that came out negative and were clipped to zero before normalising
   */
  int probabilities(
      DiffusionProcess process,
      int symbol,
      double[] scores,
      int offset,
      double t,
      double u,
      double[] probabilities);
}
