package io.accelerant.core.lm;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/** Where the rows of a batch get their choices from. */
@FunctionalInterface
public interface Choices {
  /**
   * @param prompt id of the prompt
   * @param sample number of the row among those of its prompt
   * @param position number of the choice in the row, such as that of the token
   */
  Choice at(long prompt, int sample, int position);

  /** More samples of a prompt than there can be. */
  int SAMPLES = 1 << 20;

  /**
   * One uniform number in float64 for each choice, addressed by (seed, purpose, prompt, sample,
   * position): what a row draws depends on nothing that is drawn beside it.
   *
   * @param purpose {@link RandomStream#purpose} of the draws
   */
  static Choices keyed(long seed, long purpose) {
    return new Keyed(seed, purpose);
  }

  /** See {@link #keyed}. */
  record Keyed(long seed, long purpose) implements Choices, Serializable {
    /**
     * @throws IllegalArgumentException if the sample is not below {@link #SAMPLES}
     */
    @Override
    public Choice at(long prompt, int sample, int position) {
      if (sample < 0 || sample >= SAMPLES) {
        throw new IllegalArgumentException("sample must be in 0.." + (SAMPLES - 1));
      }
      long item = Math.addExact(Math.multiplyExact(prompt, SAMPLES), sample);
      RandomStream stream = new RandomStream(seed, purpose, item, position);
      return (weights, n) -> stream.nextCategorical(weights, 0, n);
    }
  }
}
