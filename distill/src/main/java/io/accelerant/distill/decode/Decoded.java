package io.accelerant.distill.decode;

import java.io.Serializable;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a masked model wrote into a row.
 *
 * @param prompt id of the prompt
 * @param sample number of the row among those of its prompt
 * @param row all tokens, the given ones with them
 * @param committedAt of each position, the number of the forward after which it was committed, from
 *     1; 0 if it was given
 * @param logP of each position, the natural logarithm of the probability that the model gave the
 *     token then, whatever the rule and the warp; 0 if it was given
 * @param entropy of each position, nats of what the model said of it then; 0 if it was given
 * @param evaluations forwards of this row
 * @param rowsRead rows that these read: as many, or more if the rule looks ahead
 */
public record Decoded(
    long prompt,
    int sample,
    int[] row,
    int[] committedAt,
    double[] logP,
    double[] entropy,
    int evaluations,
    int rowsRead)
    implements Serializable {
  /** The tokens that were not given, by position. */
  public int[] answer() {
    return IntStream.range(0, row.length)
        .filter(i -> committedAt[i] > 0)
        .map(i -> row[i])
        .toArray();
  }

  /**
   * Forwards until the answer was there up to its first end.
   *
   * @param end the token; all forwards if there is none, or the answer holds none
   */
  public int evaluationsUntil(OptionalInt end) {
    int last = 0;
    for (int i = 0; i < row.length; i++) {
      last = Math.max(last, committedAt[i]);
      if (end.isPresent() && committedAt[i] > 0 && row[i] == end.getAsInt()) {
        return last;
      }
    }
    return evaluations;
  }

  /**
   * {@code sum of logP}: where one position a forward was committed, the log probability of the
   * answer in that order.
   */
  public double logProbability() {
    return Arrays.stream(logP).sum();
  }
}
