package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GenerationTest {
  private static final double EXACT = 1e-12;
  private static final Choices DRAWS = Choices.keyed(1, RandomStream.purpose("test.tokens"));

  private static Generation generation(Warp warp, int tokens) {
    return new Generation(warp, tokens, List.of(ChainModel.END));
  }

  private static Generation.Request request(long prompt, int sample) {
    return new Generation.Request(prompt, sample, ChainModel.PROMPT);
  }

  /** Law of the texts that one row can become. */
  private static Map<List<Integer>, Double> law(Generation generation, ChainModel model) {
    return EveryChoice.law(choice -> tokens(one(generation, model, choice)));
  }

  private static Generated one(Generation generation, ChainModel model, Choice choice) {
    return generation.run(model, List.of(request(0, 0)), (p, s, k) -> choice).get(0);
  }

  private static List<Integer> tokens(Generated generated) {
    return Arrays.stream(generated.tokens()).boxed().toList();
  }

  private static double closedForm(ChainModel model, List<Integer> text) {
    double product = 1;
    int before = ChainModel.START;
    for (int place = 0; place < text.size(); place++) {
      product *= model.probability(before, place, text.get(place));
      before = text.get(place);
    }
    return product;
  }

  @Test
  void lawOfTextsIsTheProductOfTheModelsProbabilities() {
    ChainModel model = new ChainModel(4);
    Map<List<Integer>, Double> law = law(generation(Warp.NONE, 5), model);
    assertThat(law).hasSize(120);
    assertThat(law.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(EXACT));
    law.forEach((text, p) -> assertThat(p).isCloseTo(closedForm(model, text), within(EXACT)));
  }

  @Test
  void temperatureTopKAndTopPChangeTheLawInThatOrder() {
    // the start has .5 .3 .2: squared .25 .09 .04 of .38; of the two largest, .25 of .34 is .735
    Warp half = new Warp(.5, 0, 1);
    assertThat(law(generation(half, 1), new ChainModel(4)))
        .hasEntrySatisfying(List.of(2), p -> assertThat(p).isCloseTo(.04 / .38, within(EXACT)));
    assertThat(law(generation(half.withTopK(2), 1), new ChainModel(4)))
        .hasSize(2)
        .hasEntrySatisfying(List.of(1), p -> assertThat(p).isCloseTo(.09 / .34, within(EXACT)));
    assertThat(law(generation(half.withTopK(2).withTopP(.73), 1), new ChainModel(4)))
        .containsOnlyKeys(List.of(0));
    assertThat(law(generation(half.withTopP(.73), 1), new ChainModel(4))).hasSize(2);
  }

  @Test
  void bothProbabilitiesOfATokenAreHandedBack() {
    ChainModel model = new ChainModel(4);
    Generation warped = generation(new Warp(.5, 2, 1), 5);
    Map<List<Integer>, Double> law = law(warped, model);
    EveryChoice.law(
        choice -> {
          Generated text = one(warped, model, choice);
          double p = closedForm(model, tokens(text));
          assertThat(StrictMath.exp(text.logProbability())).isCloseTo(p, within(EXACT));
          assertThat(StrictMath.exp(text.drawnLogProbability()))
              .isCloseTo(law.get(tokens(text)), within(EXACT));
          return text.length();
        });
  }

  @Test
  void greedyTakesTheLikeliestToken() {
    Generated text = one(generation(Warp.GREEDY, 4), new ChainModel(9), (weights, n) -> -1);
    assertThat(text.tokens()).containsExactly(0, 1, 2, 0);
    assertThat(text.drawnLogProbability()).isZero();
    assertThat(text.logP()[1]).isCloseTo(StrictMath.log(.55), within(EXACT));
    assertThat(text.stopped()).isFalse();
  }

  @Test
  void rowsDrawTheSameWhateverIsBesideThem() {
    Generation generation = generation(Warp.NONE, 20);
    List<Generation.Request> requests =
        IntStream.range(0, 30).mapToObj(i -> request(i / 3, i % 3)).toList();
    List<Generated> together = generation.run(new ChainModel(50), requests, DRAWS);
    for (int i = 0; i < requests.size(); i++) {
      Generated alone = generation.run(new ChainModel(50), List.of(requests.get(i)), DRAWS).get(0);
      assertThat(alone.tokens()).isEqualTo(together.get(i).tokens());
      assertThat(alone.logQ()).isEqualTo(together.get(i).logQ());
    }
    assertThat(together.stream().map(GenerationTest::tokens).collect(Collectors.toSet()))
        .hasSizeGreaterThan(20);
  }

  @Test
  void endedRowsAreNotComputedAnyMore() {
    ChainModel model = new ChainModel(50);
    List<Generation.Request> requests =
        IntStream.range(0, 100).mapToObj(i -> request(i, 0)).toList();
    List<Generated> texts = generation(Warp.NONE, 20).run(model, requests, DRAWS);
    int read = texts.stream().mapToInt(text -> text.tokens().length - 1).sum();
    assertThat(model.positions).isEqualTo(read);
    assertThat(texts).anyMatch(text -> text.tokens().length < 5).anyMatch(Generated::stopped);
    assertThat(texts).allMatch(t -> t.stopped() == (t.length() < t.tokens().length));
  }

  @Test
  void anAnswerIsCutWhereTheModelReadsNoFurther() {
    int[] prompt = new int[99];
    ChainModel model = new ChainModel(1000);
    Generation generation = new Generation(Warp.GREEDY, 50, List.of());
    Generated text =
        generation.run(model, List.of(new Generation.Request(0, 0, prompt)), DRAWS).get(0);
    assertThat(text.tokens()).hasSize(2);
    assertThat(text.stopped()).isFalse();
  }

  @Test
  void aPromptThatCannotBeReadIsRefused() {
    for (int length : new int[] {0, 101}) {
      List<Generation.Request> rows = List.of(new Generation.Request(7, 0, new int[length]));
      assertThatThrownBy(() -> generation(Warp.NONE, 2).run(new ChainModel(4), rows, DRAWS))
          .isInstanceOf(DataException.class)
          .hasMessage("Prompt 7 has %d tokens; the model reads 1 to 100.", length);
    }
  }
}
