package io.accelerant.core.lm;

import static io.accelerant.core.lm.AnswerRows.LONGEST;
import static io.accelerant.core.lm.AnswerRows.RECORDS;
import static io.accelerant.core.lm.AnswerRows.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.Loss;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logits at targets alone give what logits of all positions give. */
class TargetsTest {
  private static final int LARGE = Graph.MANY_CLASSES + 6;
  private static final Transformer NETWORK = Transformer.gpt2(LARGE, LONGEST, 2, 1, 1);
  private static final Flat PARAMETERS = AnswerRows.parameters(NETWORK);

  /** Answers have up to five tokens; the program for long rows reads eight or nine. */
  private static void assertSame(Loss all, Loss few) {
    assertThat(few.hash()).isNotEqualTo(all.hash());
    assertThat(AnswerRows.loss(few, PARAMETERS, batch(RECORDS, 3)))
        .isEqualTo(AnswerRows.loss(all, PARAMETERS, batch(RECORDS, 3)), within(1e-12));
    assertThat(AnswerRows.gradient(few, PARAMETERS, batch(RECORDS, 3)).doubles())
        .containsExactly(
            AnswerRows.gradient(all, PARAMETERS, batch(RECORDS, 3)).doubles(), within(1e-12));
    try (Program whole = all.training(Precision.FLOAT32, all.shape());
        Program part = few.training(Precision.FLOAT32, few.shape())) {
      assertThat(part.nativeBytes()).isLessThan(whole.nativeBytes() - 4L * 8 * LARGE);
    }
  }

  @Test
  void lossesOfAnswersAndRows() {
    AnswerLoss sum = AnswerLoss.of(NETWORK, LONGEST, 3, AnswerReduction.SUM);
    assertSame(sum, sum.withAnswer(5));
    RowLoss rows = RowLoss.of(NETWORK, LONGEST, 3);
    assertSame(rows, rows.withAnswer(5));
  }

  @Test
  void lossesOfMaskedAnswers() {
    MaskedAnswerLoss masked = MaskedAnswerLoss.of(NETWORK, LONGEST, 3, AnswerReduction.MEAN);
    assertSame(masked, masked.withAnswer(5));
  }

  @Test
  void aRowOfMoreTargetsThanWereAnnouncedIsRefused() {
    AnswerLoss few = AnswerLoss.of(NETWORK, LONGEST, 3, AnswerReduction.SUM).withAnswer(4);
    byte[] longer = AnswerRows.row(1, 4, 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerRows.loss(few, PARAMETERS, batch(List.of(longer), 0)))
        .withMessage("row 0 of a batch has more than 4 targets");
  }

  @Test
  void smallVocabulariesKeepAPlaceForEachPosition() {
    Transformer small = Transformer.gpt2(AnswerRows.TOKENS, LONGEST, 2, 1, 1);
    AnswerLoss all = AnswerLoss.of(small, LONGEST, 3, AnswerReduction.MEAN);
    assertThat(all.withAnswer(5).hash()).isEqualTo(all.hash());
    assertThat(new Targets(AnswerRows.TOKENS, 5).places(all.shape()))
        .isEqualTo(all.shape().length());
  }
}
