package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.EveryChoice;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.distill.decode.UnmaskRule.Commit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskedDecodingTest {
  private static final double EXACT = 1e-12;
  private static final int TOKENS = 3;
  private static final int M = TOKENS;
  private static final Draws DRAWS = Draws.keyed(1);
  private static final MaskedDecoding ANCESTRAL =
      new MaskedDecoding(OnePerStep.RANDOM, Warp.NONE, 0);
  private static final MaskedDecoding GREEDY =
      new MaskedDecoding(OnePerStep.CONFIDENCE, Warp.GREEDY, 0);

  private static final double[] START = {.5, .3, .2};
  private static final double[][] NEXT = {{.05, .9, .05}, {.2, .05, .75}, {.6, 0, .4}};

  private static double chain(int[] text) {
    double product = START[text[0]];
    for (int i = 1; i < text.length; i++) {
      product *= NEXT[text[i - 1]][text[i]];
    }
    return product;
  }

  private static TableModel posterior(int length) {
    return TableModel.posterior(TOKENS, length, MaskedDecodingTest::chain);
  }

  /** Says the same whatever is known. */
  private static TableModel fixed(double[]... probabilities) {
    return new TableModel(
        TOKENS,
        (row, position) -> Arrays.stream(probabilities[position]).map(StrictMath::log).toArray());
  }

  private static MaskedDecoding.Request request(int... row) {
    return new MaskedDecoding.Request(0, 0, row);
  }

  private static Decoded one(MaskedDecoding decoding, MaskedModel model, int... row) {
    return decoding.run(model, List.of(request(row)), DRAWS).get(0);
  }

  private static List<Integer> list(int[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  /** Of the texts that a row can become. */
  private static Map<List<Integer>, Double> law(
      MaskedDecoding decoding, MaskedModel model, int... row) {
    return EveryChoice.law(
        choice -> {
          Draws draws = new Draws((p, s, k) -> choice, (p, s, k) -> choice);
          Decoded text = decoding.run(model, List.of(request(row)), draws).get(0);
          if (decoding.warp().equals(Warp.NONE)) {
            double given = row[0] == M ? 1 : START[row[0]];
            assertThat(StrictMath.exp(text.logProbability()))
                .isCloseTo(chain(text.row()) / given, within(EXACT));
          }
          return list(text.row());
        });
  }

  @Test
  void tokensDrawnInRandomOrderHaveTheLawOfTheModel() {
    Map<List<Integer>, Double> law = law(ANCESTRAL, posterior(3), M, M, M);
    assertThat(law.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(EXACT));
    for (int[] text : TableModel.texts(TOKENS, 3)) {
      assertThat(law.getOrDefault(list(text), 0.))
          .as(Arrays.toString(text))
          .isCloseTo(chain(text), within(EXACT));
    }
  }

  @Test
  void theLawIsTheSameInTheOrderOfConfidenceAndInBlocks() {
    Map<List<Integer>, Double> random = law(ANCESTRAL, posterior(3), 2, M, M);
    for (MaskedDecoding other :
        List.of(
            new MaskedDecoding(OnePerStep.CONFIDENCE, Warp.NONE, 0),
            new MaskedDecoding(OnePerStep.RANDOM, Warp.NONE, 1))) {
      Map<List<Integer>, Double> law = law(other, posterior(3), 2, M, M);
      assertThat(law.keySet()).isEqualTo(random.keySet());
      law.forEach((text, p) -> assertThat(p).isCloseTo(random.get(text), within(EXACT)));
    }
  }

  @Test
  void aTemperatureSharpensTheLawOfEachToken() {
    MaskedDecoding half =
        new MaskedDecoding(OnePerStep.CONFIDENCE, Warp.NONE.withTemperature(.5), 0);
    Map<List<Integer>, Double> law = law(half, fixed(START), M);
    assertThat(law.get(List.of(2))).isCloseTo(.04 / .38, within(EXACT));
  }

  @Test
  void theMostConfidentPositionGetsItsLikeliestToken() {
    TableModel model =
        fixed(
            new double[] {.6, .3, .1},
            new double[] {.1, .1, .8},
            new double[] {.2, .7, .1},
            new double[] {.1, .8, .1});
    Decoded text = one(GREEDY, model, M, M, M, M);
    assertThat(text.row()).containsExactly(0, 2, 1, 1);
    assertThat(text.committedAt()).containsExactly(4, 1, 3, 2); // of equal ones the first
    assertThat(text.evaluations()).isEqualTo(4);
    assertThat(text.logP()[1]).isCloseTo(StrictMath.log(.8), within(EXACT));
  }

  @Test
  void blocksAreFilledFromLeftToRight() {
    double[] sure = {.9, .05, .05};
    double[] unsure = {.2, .5, .3};
    TableModel model = fixed(unsure, sure, unsure, sure, unsure, sure);
    MaskedDecoding blocks = new MaskedDecoding(OnePerStep.CONFIDENCE, Warp.GREEDY, 2);
    // behind a prompt they begin with the answer, in a cloze with the row
    assertThat(one(blocks, model, 0, M, M, M, M).committedAt()).containsExactly(0, 1, 2, 3, 4);
    assertThat(one(blocks, model, 0, M, M, M, 2, M).committedAt())
        .containsExactly(0, 1, 3, 2, 0, 4);
  }

  @Test
  void whatIsGivenStaysAndCostsNoForward() {
    Decoded text = one(GREEDY, posterior(5), M, 1, M, 2, 0);
    assertThat(text.row()[1]).isEqualTo(1);
    assertThat(text.row()).endsWith(2, 0).doesNotContain(M);
    assertThat(text.committedAt()[1]).isZero();
    assertThat(text.evaluations()).isEqualTo(2);
    assertThat(text.answer()).containsExactly(text.row()[0], text.row()[2]);
    TableModel unread = posterior(2);
    assertThat(one(GREEDY, unread, 1, 2).evaluations()).isZero();
    assertThat(unread.rowsRead).isEmpty();
  }

  @Test
  void rowsThatAreDoneAreNotReadAnyMore() {
    TableModel model = posterior(4);
    List<MaskedDecoding.Request> rows =
        List.of(request(M, M, M, M), request(0, M, 2, 0), request(M, 1, M, M));
    List<Decoded> texts = GREEDY.run(model, rows, DRAWS);
    assertThat(model.rowsRead).containsExactly(3, 2, 2, 1);
    assertThat(texts).extracting(Decoded::evaluations).containsExactly(4, 1, 3);
  }

  @Test
  void rowsDrawTheSameWhateverIsBesideThem() {
    int[] row = {M, M, M, M, M};
    List<MaskedDecoding.Request> requests =
        IntStream.range(0, 30)
            .mapToObj(i -> new MaskedDecoding.Request(i / 3, i % 3, row))
            .toList();
    List<Decoded> together = ANCESTRAL.run(posterior(5), requests, DRAWS);
    for (int i = 0; i < requests.size(); i++) {
      Decoded alone = ANCESTRAL.run(posterior(5), List.of(requests.get(i)), DRAWS).get(0);
      assertThat(alone.row()).isEqualTo(together.get(i).row());
      assertThat(alone.committedAt()).isEqualTo(together.get(i).committedAt());
    }
    assertThat(together.stream().map(text -> list(text.row())).collect(Collectors.toSet()))
        .hasSizeGreaterThan(10);
    assertThat(together.stream().map(text -> list(text.committedAt())).collect(Collectors.toSet()))
        .hasSizeGreaterThan(20);
  }

  /** Two a forward, the first of which is masked again while something is left. */
  private record Wavering() implements UnmaskRule {
    @Override
    public String label() {
      return "wavering";
    }

    @Override
    public Steps begin() {
      return row -> {
        int[] open = row.open();
        if (open.length == 1) {
          return Commit.likeliest(row, open);
        }
        Commit two = Commit.likeliest(row, open[0], open[1]);
        return new Commit(two.positions(), two.tokens(), new int[] {open[0]});
      };
    }
  }

  @Test
  void aRuleMayMaskAgainWhatItHasCommitted() {
    TableModel model = posterior(3);
    Decoded text = one(new MaskedDecoding(new Wavering(), Warp.GREEDY, 0), model, M, M, M);
    assertThat(text.committedAt()).containsExactly(3, 1, 2);
    assertThat(text.evaluations()).isEqualTo(3);
    assertThat(text.row()).doesNotContain(M);
  }

  /** Does what a test says, whatever the row. */
  private record Stubborn(Commit commit) implements UnmaskRule {
    @Override
    public String label() {
      return "stubborn";
    }

    @Override
    public Steps begin() {
      return row -> commit;
    }
  }

  @Test
  void aRuleThatTouchesWhatIsGivenOrGoesInCirclesIsStopped() {
    int[] none = {};
    for (Commit wrong :
        List.of(
            Commit.of(0, 1),
            Commit.of(1, M),
            new Commit(none, none, none),
            new Commit(none, none, new int[] {0}),
            new Commit(new int[] {1}, new int[] {1}, new int[] {1}))) {
      MaskedDecoding decoding = new MaskedDecoding(new Stubborn(wrong), Warp.GREEDY, 0);
      assertThatThrownBy(() -> one(decoding, posterior(3), 2, M, M))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aRowThatCannotBeReadIsRefused() {
    for (int length : new int[] {0, 21}) {
      assertThatThrownBy(() -> one(GREEDY, posterior(3), new int[length]))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "The row of prompt 0 has %d tokens, its answer with them; the model reads 1 to 20.",
              length);
    }
  }

  @Test
  void theRowOfAPromptHoldsWhatIsGivenAndNothingOfTheAnswer() {
    SymbolTokenizer tokens = SymbolTokenizer.of("0123");
    int mask = tokens.size();
    Prompt before = Prompt.following(7, "12", "3", "t", tokens);
    MaskedDecoding.Request row = MaskedDecoding.Request.of(before, 4, 3, mask);
    assertThat(row.row()).containsExactly(1, 2, mask, mask, mask);
    assertThat(row.prompt()).isEqualTo(7);
    Prompt gaps = Prompt.cloze(8, "1_2_", "30", "t", tokens);
    assertThat(MaskedDecoding.Request.of(gaps, 0, 9, mask).row()).containsExactly(1, mask, 2, mask);
  }
}
