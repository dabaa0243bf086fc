package io.accelerant.core.lm;

import static io.accelerant.core.lm.AnswerRows.LONGEST;
import static io.accelerant.core.lm.AnswerRows.RECORDS;
import static io.accelerant.core.lm.AnswerRows.TOKENS;
import static io.accelerant.core.lm.AnswerRows.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.Batch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskedAnswerLossTest {
  private static final int MASK = TOKENS;
  private static final Transformer NETWORK = network(TOKENS + 1);
  private static final Flat PARAMETERS = AnswerRows.parameters(NETWORK);

  private static Transformer network(int vocabulary) {
    return Transformer.gpt2(vocabulary, LONGEST, 8, 1, 2)
        .withCausal(false)
        .withTied(false)
        .withPositions(Positions.ROTARY);
  }

  private static MaskedAnswerLoss loss(int microBatch, AnswerReduction reduction) {
    return MaskedAnswerLoss.of(NETWORK, LONGEST, microBatch, reduction);
  }

  /** Sum of nats of masked positions by the network's own logits, MASK being no class. */
  private static double nats(PromptRecord row, int... masked) {
    int[] tokens = row.ids().clone();
    Arrays.stream(masked).forEach(i -> tokens[i] = MASK);
    return Arrays.stream(masked)
        .mapToDouble(i -> AnswerRows.surprise(NETWORK, PARAMETERS, tokens, i, row.ids()[i], TOKENS))
        .sum();
  }

  @Test
  void isTheMeanOverMaskedPositionsThenOverExamples() {
    MaskedAnswerLoss mean = loss(3, AnswerReduction.MEAN);
    Batch batch = batch(RECORDS, 5);
    double expected = 0;
    for (int i = 0; i < batch.size(); i++) {
      PromptRecord row = PromptRecord.of(RECORDS.get(i));
      int[] masked = mean.masked(batch, i, row.open());
      expected += nats(row, masked) / masked.length / batch.union();
    }
    assertThat(AnswerRows.loss(mean, PARAMETERS, batch)).isEqualTo(expected, within(1e-12));
  }

  @Test
  void atLeastOnePositionOfTheAnswerIsMaskedAndNoneThatIsGiven() {
    MaskedAnswerLoss mean = loss(3, AnswerReduction.MEAN);
    int all = 0;
    for (int round = 0; round < 50; round++) {
      Batch batch = batch(RECORDS, round);
      for (int i = 0; i < batch.size(); i++) {
        int[] open = PromptRecord.of(RECORDS.get(i)).open();
        int[] masked = mean.masked(batch, i, open);
        assertThat(masked).isNotEmpty().doesNotHaveDuplicates();
        assertThat(Arrays.stream(masked).boxed()).isSubsetOf(Arrays.stream(open).boxed().toList());
        all += masked.length == open.length ? 1 : 0;
      }
    }
    assertThat(all).isBetween(50, 250);
  }

  @Test
  void theLogitOfMaskChangesNothing() {
    MaskedAnswerLoss mean = loss(4, AnswerReduction.MEAN);
    Layout.Tensor head = NETWORK.layout().find("lm_head.weight");
    int row = head.offset() + MASK * 8;
    Flat moved = AnswerRows.moved(PARAMETERS, row, 100);
    assertThat(AnswerRows.loss(mean, moved, batch(RECORDS, 1)))
        .isEqualTo(AnswerRows.loss(mean, PARAMETERS, batch(RECORDS, 1)));
    Flat gradient = AnswerRows.gradient(mean, PARAMETERS, batch(RECORDS, 1));
    for (int i = row; i < row + 8; i++) {
      assertThat(gradient.get(i)).isZero();
    }
  }

  @Test
  void maskMayBeAnyTokenAndNotAllLogitsAreThoseOfTokens() {
    PermutedTokens moved =
        new PermutedTokens(NETWORK, network(TOKENS + 1 + PermutedTokens.PADDING));
    List<byte[]> records =
        RECORDS.stream()
            .map(PromptRecord::of)
            .map(
                row ->
                    AnswerRows.record(
                        moved.row(row.ids()),
                        IntStream.range(0, row.ids().length)
                            .filter(i -> Arrays.stream(row.open()).noneMatch(open -> open == i))
                            .toArray()))
            .toList();
    MaskedAnswerLoss last = loss(3, AnswerReduction.MEAN);
    MaskedAnswerLoss middle =
        MaskedAnswerLoss.of(moved.middle(), LONGEST, 3, AnswerReduction.MEAN)
            .withVocabulary(moved.vocabulary());
    Flat parameters = moved.parameters(PARAMETERS);
    assertThat(AnswerRows.loss(middle, parameters, batch(records, 5)))
        .isEqualTo(AnswerRows.loss(last, PARAMETERS, batch(RECORDS, 5)), within(1e-12));
    Flat gradient = AnswerRows.gradient(middle, parameters, batch(records, 5));
    assertThat(moved.back(gradient))
        .containsExactly(
            AnswerRows.gradient(last, PARAMETERS, batch(RECORDS, 5)).doubles(), within(1e-12));
    assertThat(moved.idle(gradient)).hasSize(3 * 8).containsOnly(0);
    assertThat(middle.hash())
        .isNotEqualTo(MaskedAnswerLoss.of(moved.middle(), LONGEST, 3, AnswerReduction.MEAN).hash());
  }

  /** As a tokenizer has it that numbers MASK after all others, with a padded table. */
  @Test
  void paddingBehindMaskIsCutAway() {
    Transformer padded = network(TOKENS + 3);
    MaskedAnswerLoss plain = MaskedAnswerLoss.of(padded, LONGEST, 3, AnswerReduction.MEAN);
    MaskedAnswerLoss known =
        plain.withVocabulary(new MaskedVocabulary(TOKENS + 3, TOKENS + 1, TOKENS));
    Flat parameters = AnswerRows.parameters(padded);
    byte[] record = AnswerRows.record(new int[] {4, 2, 3, 1}, 0, 2, 3);
    PromptRecord row = PromptRecord.of(record);
    int[] tokens = row.ids().clone();
    tokens[1] = MASK;
    assertThat(AnswerRows.loss(known, parameters, batch(List.of(record), 0)))
        .isEqualTo(
            AnswerRows.surprise(padded, parameters, tokens, 1, row.ids()[1], TOKENS),
            within(1e-12));
  }

  @Test
  void gradientAgreesWithFiniteDifferences() {
    MaskedAnswerLoss mean = loss(2, AnswerReduction.MEAN);
    assertThat(AnswerRows.worstDifference(mean, batch(RECORDS.subList(0, 4), 0), 101))
        .isLessThan(1e-7);
  }

  /** Rows of 3 to 9 tokens in buckets of 2, 3, 5 and 9, which padding fills. */
  @Test
  void paddingAndNeighboursChangeNothing() {
    MaskedAnswerLoss mean = loss(5, AnswerReduction.MEAN);
    Batch whole = batch(RECORDS, 2);
    double alone = 0;
    for (int i = 0; i < RECORDS.size(); i++) {
      Batch one = new Batch(List.of(RECORDS.get(i)), i, RECORDS.size(), 7, 2);
      alone += AnswerRows.loss(mean, PARAMETERS, one);
    }
    assertThat(AnswerRows.loss(mean, PARAMETERS, whole)).isEqualTo(alone, within(1e-12));
  }

  /** Two rows of two open positions: by strata one masks one of them, the other both. */
  @Test
  void theSumIsTheBoundOfTheAnswer() {
    byte[] record = AnswerRows.record(new int[] {4, 2, 3, 1}, 0, 2);
    PromptRecord row = PromptRecord.of(record);
    double both = nats(row, 1, 3);
    double first = 2 * nats(row, 1);
    double last = 2 * nats(row, 3);
    double found =
        AnswerRows.loss(
            loss(2, AnswerReduction.SUM), PARAMETERS, batch(List.of(record, record), 4));
    assertThat(Math.min(gap(found, both, first), gap(found, both, last))).isLessThan(1e-12);
    assertThat(first).isNotCloseTo(last, within(1e-6));
  }

  private static double gap(double found, double a, double b) {
    return Math.abs(found - (a + b) / 2);
  }
}
