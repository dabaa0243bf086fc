package io.accelerant.core.lm;

import static io.accelerant.core.lm.AnswerRows.LONGEST;
import static io.accelerant.core.lm.AnswerRows.RECORDS;
import static io.accelerant.core.lm.AnswerRows.TOKENS;
import static io.accelerant.core.lm.AnswerRows.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.OneStep;
import io.accelerant.core.train.Sums;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowLossTest {
  private static final Transformer NETWORK =
      Transformer.gpt2(TOKENS, LONGEST, 8, 1, 2).withPositions(Positions.ROTARY);
  private static final Flat PARAMETERS = AnswerRows.parameters(NETWORK);
  private static final RowLoss LOSS = RowLoss.of(NETWORK, LONGEST, 3);
  private static final AnswerLoss MEAN = AnswerLoss.of(NETWORK, LONGEST, 3, AnswerReduction.MEAN);

  private static Sums sums(Batch batch) {
    return OneStep.sums(RowLoss.training(LOSS), LOSS, PARAMETERS, batch);
  }

  /** As {@link AnswerLoss} says of each alone. */
  private static double[] alone(List<byte[]> records) {
    return records.stream()
        .mapToDouble(r -> AnswerRows.loss(MEAN, PARAMETERS, batch(List.of(r), 0)))
        .toArray();
  }

  @Test
  void everyRowHasTheLossThatItHasAlone() {
    assertThat(sums(batch(RECORDS, 0)).items().get(RowLoss.LOSSES).doubles())
        .containsExactly(alone(RECORDS), within(1e-12));
  }

  @Test
  void lossAndGradientAreThoseOfTheirMean() {
    Batch batch = batch(RECORDS, 0);
    Sums sums = sums(batch);
    assertThat(sums.total("loss"))
        .isEqualTo(AnswerRows.loss(MEAN, PARAMETERS, batch), within(1e-12));
    assertThat(sums.gradients().get(Loss.NETWORK).toDoubles())
        .containsExactly(AnswerRows.gradient(MEAN, PARAMETERS, batch).toDoubles(), within(1e-12));
  }

  @Test
  void lossesOfWorkersAreThoseOfTheUnionBatchOnceAdded() {
    int half = RECORDS.size() / 2;
    Sums first = sums(new Batch(RECORDS.subList(0, half), 0, RECORDS.size(), 7, 0));
    Sums second =
        sums(new Batch(RECORDS.subList(half, RECORDS.size()), half, RECORDS.size(), 7, 0));
    assertThat(first.add(second).items().get(RowLoss.LOSSES).doubles())
        .containsExactly(alone(RECORDS), within(1e-12));
  }

  @Test
  void aForwardProgramSaysTheSame() {
    List<byte[]> one = RECORDS.subList(0, 1);
    try (Program program = LOSS.forward(Precision.FLOAT64, LOSS.shape(one.get(0)))) {
      program.setParameters(PARAMETERS);
      LOSS.set(program, batch(one, 0));
      program.run();
      assertThat(program.doubles(RowLoss.LOSSES)[0]).isEqualTo(alone(one)[0], within(1e-12));
    }
  }

  @Test
  void aRowThatPredictsNothingHasNoLoss() {
    byte[] given = AnswerRows.record(new int[] {1, 2}, 0, 1);
    assertThat(sums(batch(List.of(given), 0)).items().get(RowLoss.LOSSES).doubles())
        .containsExactly(0);
  }

  @Test
  void tokensThatAreAddedUpAreRefused() {
    AnswerLoss sum = AnswerLoss.of(NETWORK, LONGEST, 3, AnswerReduction.SUM);
    assertThatThrownBy(() -> new RowLoss(sum)).hasMessageContaining("mean");
  }
}
