package io.accelerant.distill.sample;

import io.accelerant.core.lm.Generated;
import io.accelerant.distill.decode.Decoded;

/**
 * One answer of a language model, however it was written.
 *
 * @param tokens of the answer alone: after a prompt with the end if it was drawn, in a cloze those
 *     of the gaps
 * @param logProbability of the tokens by the model, natural logarithm
 * @param evaluations of the model for this row
 * @param rowsRead rows that these read, see {@link Decoded}
 * @param committedAt of each position of the row, see {@link Decoded}; empty for a causal model
 */
record Answer(
    long prompt,
    int sample,
    int[] tokens,
    double logProbability,
    int evaluations,
    int rowsRead,
    int[] committedAt) {
  /** One evaluation a token. */
  static Answer of(Generated text) {
    return new Answer(
        text.prompt(),
        text.sample(),
        text.tokens(),
        text.logProbability(),
        text.tokens().length,
        text.tokens().length,
        new int[0]);
  }

  static Answer of(Decoded text) {
    return new Answer(
        text.prompt(),
        text.sample(),
        text.answer(),
        text.logProbability(),
        text.evaluations(),
        text.rowsRead(),
        text.committedAt());
  }
}
