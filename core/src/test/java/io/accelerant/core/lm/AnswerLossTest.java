package io.accelerant.core.lm;

import static io.accelerant.core.lm.AnswerRows.LONGEST;
import static io.accelerant.core.lm.AnswerRows.RECORDS;
import static io.accelerant.core.lm.AnswerRows.TOKENS;
import static io.accelerant.core.lm.AnswerRows.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.OneStep;
import io.accelerant.core.train.Sums;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerLossTest {
  private static final Transformer NETWORK =
      Transformer.gpt2(TOKENS, LONGEST, 8, 1, 2).withPositions(Positions.ROTARY);
  private static final Flat PARAMETERS = AnswerRows.parameters(NETWORK);

  private static AnswerLoss loss(int microBatch, AnswerReduction reduction) {
    return AnswerLoss.of(NETWORK, LONGEST, microBatch, reduction);
  }

  /** Nats of each token of an answer by the network's own logits. */
  private static double[] nats(byte[] record) {
    PromptRecord row = PromptRecord.of(record);
    int[] read = Arrays.copyOf(row.ids(), row.ids().length - 1);
    return Arrays.stream(row.open())
        .mapToDouble(
            i -> AnswerRows.surprise(NETWORK, PARAMETERS, read, i - 1, row.ids()[i], TOKENS))
        .toArray();
  }

  @Test
  void isTheMeanOverTokensOfTheAnswerThenOverExamples() {
    double expected =
        RECORDS.stream()
            .mapToDouble(r -> Arrays.stream(nats(r)).average().orElseThrow())
            .average()
            .orElseThrow();
    assertThat(AnswerRows.loss(loss(3, AnswerReduction.MEAN), PARAMETERS, batch(RECORDS, 0)))
        .isEqualTo(expected, within(1e-12));
  }

  @Test
  void bitsPerTokenCountEveryTokenAlike() {
    double[] all = RECORDS.stream().flatMapToDouble(r -> Arrays.stream(nats(r))).toArray();
    AnswerLoss sum = loss(4, AnswerReduction.SUM);
    Sums sums = OneStep.sums(new AnswerScore(sum), sum, PARAMETERS, batch(RECORDS, 0));
    assertThat(AnswerScore.bitsPerToken(sums))
        .isEqualTo(Arrays.stream(all).average().orElseThrow() / Math.log(2), within(1e-12));
  }

  @Test
  void gradientAgreesWithFiniteDifferences() {
    AnswerLoss mean = loss(2, AnswerReduction.MEAN);
    assertThat(AnswerRows.worstDifference(mean, batch(RECORDS.subList(0, 4), 0), 97))
        .isLessThan(1e-7);
  }

  @Test
  void aRowCountsTheSameAloneAndAmongOthers() {
    AnswerLoss mean = loss(5, AnswerReduction.MEAN);
    double alone =
        RECORDS.stream()
            .mapToDouble(r -> AnswerRows.loss(mean, PARAMETERS, batch(List.of(r), 0)))
            .average()
            .orElseThrow();
    assertThat(AnswerRows.loss(mean, PARAMETERS, batch(RECORDS, 0)))
        .isEqualTo(alone, within(1e-12));
  }

  @Test
  void aFirstTokenWithoutAPromptIsNotPredicted() {
    byte[] free = AnswerRows.record(new int[] {1, 2, 5});
    byte[] given = AnswerRows.record(new int[] {1, 2, 5}, 0);
    AnswerLoss mean = loss(1, AnswerReduction.MEAN);
    assertThat(AnswerRows.loss(mean, PARAMETERS, batch(List.of(free), 0)))
        .isEqualTo(AnswerRows.loss(mean, PARAMETERS, batch(List.of(given), 0)));
  }
}
