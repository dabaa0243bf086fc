package io.accelerant.rl.gvm;

import java.io.Serializable;

/**
 * One sample of a policy.
 *
 * @param prompt number of the prompt
 * @param sample number among those of its prompt, probes after the others
 * @param tokens as drawn, the end with them
 * @param old natural logarithm of the probability of each token, as {@link Drawing} wants it
 * @param correct by the checker of the prompts
 * @param norm of the gradient g of {@code sum_t ln pi(y_t)}; 0 where it was not asked for
 * @param agreement mean of {@code g . g'} over other right answers g' to the prompt, whose mean is
 *     the squared norm of the mean gradient; NaN where it was alone, 0 where it was not asked for
 */
record Answer(
    int prompt,
    int sample,
    int[] tokens,
    double[] old,
    boolean correct,
    double norm,
    double agreement)
    implements Serializable {
  /** Numbers of probes among the samples of a prompt begin here. */
  static final int FIRST_PROBE = 1 << 19;

  /** Sum of {@link #old}. */
  double logProbability() {
    double sum = 0;
    for (double token : old) {
      sum += token;
    }
    return sum;
  }
}
