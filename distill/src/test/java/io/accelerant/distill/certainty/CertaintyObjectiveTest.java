package io.accelerant.distill.certainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.PermutedTokens;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.OneStep;
import io.accelerant.core.train.Sums;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertaintyObjectiveTest {
  private static final int MASK = 4;
  private static final int LONGEST = 9;
  private static final Transformer NETWORK = network(MASK + 1);

  private static final List<byte[]> RECORDS = records(token -> token);

  private static Transformer network(int vocabulary) {
    return Transformer.gpt2(vocabulary, LONGEST, 8, 1, 2)
        .withCausal(false)
        .withTied(false)
        .withPositions(Positions.ROTARY);
  }

  /** Rows of 3 to 9 tokens, every third one given. */
  private static List<byte[]> records(IntUnaryOperator token) {
    return IntStream.range(0, 7)
        .mapToObj(
            i ->
                IdRecord.pack(
                    new Prompt(
                        50 - 3 * i,
                        "",
                        "",
                        IntStream.range(0, 3 + i).map(k -> (k * k + i) % MASK).map(token).toArray(),
                        IntStream.range(0, 3 + i).filter(k -> k % 3 == 0).toArray(),
                        ""),
                    LONGEST))
        .toList();
  }

  private static Flat parameters() {
    double[] numbers = NETWORK.initial(3, InitialScale.SCALED);
    Layout.Tensor head = NETWORK.layout().find("lm_head.weight");
    for (int i = 0; i < head.size(); i++) {
      numbers[head.offset() + i] *= 3; // some labels are likeliest, some are not
    }
    return Flat.of(Precision.FLOAT64, numbers);
  }

  private static CertaintyObjective objective(
      int microBatch, double beta, boolean every, boolean complement) {
    return objective(microBatch, beta, 0, every, complement);
  }

  private static CertaintyObjective objective(
      int microBatch, double beta, int rise, boolean every, boolean complement) {
    return objective(
        NETWORK, MaskedVocabulary.of(NETWORK), microBatch, beta, rise, every, complement);
  }

  private static CertaintyObjective objective(
      Transformer network,
      MaskedVocabulary vocabulary,
      int microBatch,
      double beta,
      int rise,
      boolean every,
      boolean complement) {
    return new CertaintyObjective(
        network,
        vocabulary,
        Buckets.upTo(LONGEST),
        microBatch,
        new Masking(false, 6, complement),
        beta,
        rise,
        .5,
        every,
        RECORDS.size(),
        LONGEST);
  }

  private static Batch batch(int round) {
    return new Batch(RECORDS, 0, RECORDS.size(), 7, round);
  }

  private static Sums sums(CertaintyObjective objective, Flat parameters, Batch batch) {
    return OneStep.sums(
        new GradientStep(objective, CertaintyObjective.TOTALS), objective, parameters, batch);
  }

  @ParameterizedTest
  @CsvSource({"0, false, true", "2, false, true", "2, true, true", "1.5, false, false"})
  void isTheLossInFloat64(double beta, boolean every, boolean complement) {
    CertaintyObjective objective = objective(3, beta, every, complement);
    double loss = 0;
    double kept = 0;
    for (int i = 0; i < RECORDS.size(); i++) {
      IdRecord record = IdRecord.of(RECORDS.get(i));
      int[] ids = record.row().ids();
      try (Program program = NETWORK.forward(Precision.FLOAT64, BatchShape.of(1, ids.length))) {
        program.setParameters(parameters());
        for (Masking.View view :
            objective.masking().views(record.row().open(), ids.length, 7, 2, record.id())) {
          int[] tokens = ids.clone();
          Arrays.stream(view.targets()).forEach(k -> tokens[k] = MASK);
          Arrays.stream(view.behind()).forEach(k -> tokens[k] = MASK);
          program.set("tokens", tokens).run();
          double[] all = program.doubles("logits");
          ForcingLoss.Terms terms =
              new ForcingLoss(beta, .5, every)
                  .of(
                      Arrays.stream(view.targets())
                          .mapToObj(k -> Arrays.copyOfRange(all, k * 5, k * 5 + MASK))
                          .toArray(double[][]::new),
                      Arrays.stream(view.targets()).map(k -> ids[k]).toArray());
          loss += terms.loss() / RECORDS.size();
          long right = IntStream.range(0, terms.kept().length).filter(k -> terms.kept()[k]).count();
          kept += right / Math.max(1.0, terms.kept().length) / RECORDS.size();
        }
      }
    }
    Sums found = sums(objective, parameters(), batch(2));
    assertThat(found.total("loss")).isCloseTo(loss, within(1e-12));
    assertThat(found.total("kept"))
        .isCloseTo(kept / objective.masking().count(), within(1e-12))
        .isBetween(.1, every ? 1 : .9);
    assertThat(found.total("loss"))
        .isCloseTo(found.total("crossEntropy") + beta * found.total("entropy"), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"0, 0.5", "2, 1.5", "3, 2", "9, 2"})
  void aRisingWeightOfTheEntropyGrowsByAsMuchInEachRound(int round, double weight) {
    Sums found = sums(objective(3, 2, 4, false, true), parameters(), batch(round));
    assertThat(found.total("loss"))
        .isCloseTo(found.total("crossEntropy") + weight * found.total("entropy"), within(1e-12));
  }

  /** Rows have up to six targets. */
  @Test
  void withManyClassesLogitsOfTargetsGiveWhatAllGive() {
    Transformer large =
        Transformer.gpt2(Graph.MANY_CLASSES + 9, LONGEST, 2, 1, 1).withCausal(false);
    Flat parameters = Flat.of(Precision.FLOAT64, large.initial(3, InitialScale.SCALED));
    Sums[] sums = new Sums[2];
    for (int i = 0; i < 2; i++) {
      CertaintyObjective objective =
          new CertaintyObjective(
              large,
              MaskedVocabulary.of(large),
              Buckets.upTo(LONGEST),
              3,
              new Masking(false, 6, true),
              2,
              0,
              .5,
              true,
              RECORDS.size(),
              i == 0 ? LONGEST : 6);
      sums[i] = sums(objective, parameters, batch(2));
    }
    CertaintyObjective.TOTALS.forEach(
        name -> assertThat(sums[1].total(name)).isCloseTo(sums[0].total(name), within(1e-12)));
    assertThat(sums[1].gradients().get(Loss.NETWORK).doubles())
        .containsExactly(sums[0].gradients().get(Loss.NETWORK).doubles(), within(1e-12));
  }

  @Test
  void theGradientAgreesWithFiniteDifferences() {
    CertaintyObjective objective = objective(4, 2, false, true);
    Flat gradient = sums(objective, parameters(), batch(1)).gradients().get(Loss.NETWORK);
    double step = 1e-6;
    for (int i = 0; i < gradient.length(); i += 211) {
      double up = sums(objective, moved(i, step), batch(1)).total("loss");
      double down = sums(objective, moved(i, -step), batch(1)).total("loss");
      assertThat(gradient.get(i)).isCloseTo((up - down) / (2 * step), within(1e-7));
    }
  }

  private static Flat moved(int index, double by) {
    double[] numbers = parameters().doubles();
    numbers[index] += by;
    return Flat.of(numbers);
  }

  @Test
  void theLogitOfMaskChangesNothing() {
    Layout.Tensor head = NETWORK.layout().find("lm_head.weight");
    CertaintyObjective objective = objective(3, 2, false, true);
    assertThat(sums(objective, moved(head.offset() + MASK * 8, 9), batch(1)).total("loss"))
        .isEqualTo(sums(objective, parameters(), batch(1)).total("loss"));
  }

  @Test
  void maskMayBeAnyTokenAndNotAllLogitsAreThoseOfTokens() {
    Transformer middle = network(MASK + 1 + PermutedTokens.PADDING);
    PermutedTokens moved = new PermutedTokens(NETWORK, middle);
    List<byte[]> records = records(moved::place);
    Batch batch = new Batch(records, 0, records.size(), 7, 2);
    Sums expected = sums(objective(3, 2, false, true), parameters(), batch(2));
    Sums found =
        sums(
            objective(middle, moved.vocabulary(), 3, 2, 0, false, true),
            moved.parameters(parameters()),
            batch);
    CertaintyObjective.TOTALS.forEach(
        name -> assertThat(found.total(name)).isCloseTo(expected.total(name), within(1e-12)));
    Flat gradient = found.gradients().get(Loss.NETWORK);
    assertThat(moved.back(gradient))
        .containsExactly(expected.gradients().get(Loss.NETWORK).doubles(), within(1e-12));
    assertThat(moved.idle(gradient)).hasSize(3 * 8).containsOnly(0);
  }

  /** Rows have their own normalisers, whatever they are computed with. */
  @Test
  void neighboursAndPaddingChangeNothing() {
    CertaintyObjective objective = objective(5, 2, false, true);
    double alone = 0;
    for (int i = 0; i < RECORDS.size(); i++) {
      Batch one = new Batch(List.of(RECORDS.get(i)), i, RECORDS.size(), 7, 3);
      alone += sums(objective, parameters(), one).total("loss");
    }
    assertThat(sums(objective, parameters(), batch(3)).total("loss"))
        .isCloseTo(alone, within(1e-12));
  }

  @Test
  void armsOfOneShapeShareAGraph() {
    assertThat(objective(3, 0, false, true).hash()).isEqualTo(objective(3, 2, false, true).hash());
    assertThat(objective(3, 2, true, true).hash())
        .isNotEqualTo(objective(3, 2, false, true).hash());
  }
}
