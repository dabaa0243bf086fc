package io.accelerant.core.lm;

import java.io.Serializable;

/**
 * What a model wrote after a prompt.
 *
 * @param prompt id of the prompt
 * @param sample number of the row among those of its prompt
 * @param tokens as drawn, with the stop at the end if one was drawn
 * @param logP of each token, the natural logarithm of its probability by the model, whatever the
 *     {@link Warp}
 * @param logQ of each token, that of its probability as it was drawn: what corrections for another
 *     policy divide by
 * @param stopped whether a stop was drawn; else the length ended it, and the text may go on
 */
public record Generated(
    long prompt, int sample, int[] tokens, double[] logP, double[] logQ, boolean stopped)
    implements Serializable {

  /** Number of tokens before the stop. */
  public int length() {
    return tokens.length - (stopped ? 1 : 0);
  }

  /** {@code sum of logP}: that of the whole, the stop with it. */
  public double logProbability() {
    return sum(logP);
  }

  /** {@code sum of logQ}. */
  public double drawnLogProbability() {
    return sum(logQ);
  }

  private static double sum(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum;
  }
}
