package io.accelerant.core.lm;

import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.LossStep;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;

/**
 * How well answers are predicted, without a gradient. Totals, each a mean over the union batch:
 * {@code loss}, nats of an answer; {@code tokens}, its tokens.
 *
 * @param loss an {@link AnswerLoss} or {@link MaskedAnswerLoss} that sums over tokens
 */
public record AnswerScore(Loss loss) implements RoundStep {
  private static final String TOKENS = "tokens";

  @Override
  public Sums on(Programs programs, Batch batch) {
    double tokens = 0;
    for (byte[] record : batch.records()) {
      PromptRecord row = PromptRecord.of(record);
      tokens += loss instanceof AnswerLoss ? AnswerLoss.predicted(row).length : row.open().length;
    }
    return new LossStep(loss).on(programs, batch).addTotal(TOKENS, tokens / batch.union());
  }

  /** Bits for each token of the answers, longer ones counting for more. */
  public static double bitsPerToken(Sums sums) {
    return sums.total("loss") / sums.total(TOKENS) / StrictMath.log(2);
  }
}
