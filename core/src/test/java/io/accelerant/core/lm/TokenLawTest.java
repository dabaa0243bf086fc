package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.random.RandomStream;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenLawTest {
  private static Map<Integer, Double> law(Warp warp, double... logits) {
    TokenLaw law = new TokenLaw(warp, logits.length);
    law.set(logits);
    return EveryChoice.law(law::draw);
  }

  @Test
  void equalLogitsAreKeptInTheOrderOfTheirIds() {
    assertThat(law(new Warp(1, 2, 1), 1, 3, 3, 3)).containsOnlyKeys(1, 2);
    assertThat(law(new Warp(1, 0, .5), 0, 0, 0, 0)).containsOnlyKeys(0, 1);
    assertThat(law(Warp.GREEDY, 1, 3, 3)).containsOnlyKeys(1);
  }

  /** Against the definition, by sorting, on numbers of many sizes. */
  @Test
  void theNucleusIsTheFewestLargestThatReachTopP() {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("test.nucleus"), 0, 0);
    for (int n : new int[] {1, 2, 7, 300}) {
      double[] logits = IntStream.range(0, n).mapToDouble(i -> stream.nextInt(40) / 8.0).toArray();
      double sum = 0;
      for (double z : logits) {
        sum += StrictMath.exp(z);
      }
      int[] order =
          IntStream.range(0, n)
              .boxed()
              .sorted((a, b) -> Double.compare(logits[b], logits[a]))
              .mapToInt(i -> i)
              .toArray();
      int kept = 0;
      for (double reached = 0; reached < .8; kept++) {
        reached += StrictMath.exp(logits[order[kept]]) / sum;
      }
      Integer[] expected = IntStream.range(0, kept).mapToObj(i -> order[i]).toArray(Integer[]::new);
      assertThat(law(new Warp(1, 0, .8), logits)).containsOnlyKeys(expected);
      assertThat(law(new Warp(1, n + 5, .8), logits)).containsOnlyKeys(expected);
    }
  }

  @Test
  void hugeLogitsDoNotOverflowAndExcludedOnesNeverCome() {
    Map<Integer, Double> law = law(Warp.NONE, 1000, 999, Double.NEGATIVE_INFINITY);
    assertThat(law).containsOnlyKeys(0, 1);
    assertThat(law.get(0)).isCloseTo(1 / (1 + StrictMath.exp(-1)), within(1e-15));
  }

  /** p is over all logits, as the model says it; q over tokens alone. */
  @Test
  void whatIsNoTokenIsNotDrawn() {
    double[] logits = {1, 2, 0, 9, 1};
    double three = StrictMath.exp(1) + StrictMath.exp(2) + 1;
    double all = three + StrictMath.exp(9) + StrictMath.exp(1);
    for (Warp warp : new Warp[] {Warp.NONE, new Warp(.5, 0, 1), new Warp(1, 2, 1), Warp.GREEDY}) {
      TokenLaw law = new TokenLaw(warp, logits.length, 3);
      law.set(logits);
      assertThat(law.likeliest()).isEqualTo(1);
      assertThat(law.logP(1)).isCloseTo(2 - StrictMath.log(all), within(1e-12));
      Map<Integer, Double> drawn = EveryChoice.law(law::draw);
      assertThat(drawn.keySet()).isSubsetOf(0, 1, 2);
      drawn.forEach((y, q) -> assertThat(StrictMath.exp(law.logQ(y))).isCloseTo(q, within(1e-12)));
    }
    TokenLaw law = new TokenLaw(Warp.NONE, logits.length, 3);
    law.set(logits);
    assertThat(EveryChoice.law(law::draw).get(0))
        .isCloseTo(StrictMath.exp(1) / three, within(1e-12));
    assertThatThrownBy(() -> new TokenLaw(Warp.NONE, 3, 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void logitsThatAreNoNumbersAreRefused() {
    assertThatThrownBy(() -> law(Warp.NONE, 1, Double.NaN)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> law(Warp.NONE, 1, Double.POSITIVE_INFINITY))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> law(Warp.NONE, Double.NEGATIVE_INFINITY))
        .isInstanceOf(DataException.class);
  }

  @Test
  void settingsOutsideTheirRangesAreRefused() {
    assertThatThrownBy(() -> new Warp(-1, 0, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Warp(1, -1, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Warp(1, 0, 0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Warp(1, 0, 1.1)).isInstanceOf(ConfigException.class);
  }

  @Test
  void samplesOfAPromptAndPromptsDrawDifferentNumbers() {
    Choices draws = Choices.keyed(5, RandomStream.purpose("test.tokens"));
    double[] even = new double[1 << 16];
    java.util.Arrays.fill(even, 1);
    int first = draws.at(3, 2, 1).choose(even, even.length);
    assertThat(draws.at(3, 2, 1).choose(even, even.length)).isEqualTo(first);
    assertThat(draws.at(3, 1, 1).choose(even, even.length)).isNotEqualTo(first);
    assertThat(draws.at(2, 2, 1).choose(even, even.length)).isNotEqualTo(first);
    assertThat(draws.at(3, 2, 0).choose(even, even.length)).isNotEqualTo(first);
    assertThatThrownBy(() -> draws.at(0, Choices.SAMPLES, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
