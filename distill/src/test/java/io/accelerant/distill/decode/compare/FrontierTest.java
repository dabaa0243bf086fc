package io.accelerant.distill.decode.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.decode.compare.PairedFrontiers.Ratio;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierTest {
  private static final Frontier FRONTIER =
      Frontier.of(new double[] {8, 2, 4, 4, 5, 12}, new double[] {.9, .5, .7, .8, .6, .9});

  /** A point that costs the same everywhere, and is right for the first prompts. */
  private static Outcomes outcomes(int prompts, int[] evaluations, int[] right) {
    int[][] cost = new int[evaluations.length][prompts];
    boolean[][] correct = new boolean[evaluations.length][prompts];
    for (int k = 0; k < evaluations.length; k++) {
      Arrays.fill(cost[k], evaluations[k]);
      Arrays.fill(correct[k], 0, right[k], true);
    }
    return new Outcomes(cost, correct);
  }

  @Test
  void pointsThatAnotherBeatsAreNoneOfIt() {
    assertThat(FRONTIER.evaluations()).containsExactly(2, 4, 8);
    assertThat(FRONTIER.match()).containsExactly(.5, .8, .9);
    assertThat(FRONTIER.points()).containsExactly(1, 3, 0);
  }

  @Test
  void evaluationsAtAMatchAreLinearBetweenPoints() {
    assertThat(FRONTIER.evaluationsAt(.1)).hasValue(2);
    assertThat(FRONTIER.evaluationsAt(.5)).hasValue(2);
    assertThat(FRONTIER.evaluationsAt(.8)).hasValue(4);
    assertThat(FRONTIER.evaluationsAt(.875).orElseThrow()).isCloseTo(7, within(1e-12));
    assertThat(FRONTIER.evaluationsAt(.9)).hasValue(8);
    assertThat(FRONTIER.evaluationsAt(.91)).isEmpty();
    assertThat(FRONTIER.bestMatch()).isEqualTo(.9);
  }

  @Test
  void matchWithinEvaluationsIsThatOfThePointBefore() {
    assertThat(FRONTIER.matchWithin(1.9)).isNaN();
    assertThat(FRONTIER.matchWithin(2)).isEqualTo(.5);
    assertThat(FRONTIER.matchWithin(7.9)).isEqualTo(.8);
    assertThat(FRONTIER.matchWithin(100)).isEqualTo(.9);
  }

  @Test
  void pointsWithoutNumbersAreNoFrontier() {
    assertThatThrownBy(() -> Frontier.of(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Outcomes(new int[][] {{1, 2}}, new boolean[][] {{true}}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void promptsThatCountTwiceWeighTwice() {
    Outcomes outcomes =
        new Outcomes(
            new int[][] {{1, 2, 3}, {6, 6, 6}},
            new boolean[][] {{true, false, false}, {true, true, false}});
    Frontier frontier = outcomes.frontier(new int[] {2, 1, 0});
    assertThat(frontier.evaluations()).containsExactly(4 / 3., 6);
    assertThat(frontier.match()).containsExactly(2 / 3., 1);
    assertThat(outcomes.frontier().evaluations()).containsExactly(2, 6);
  }

  @Test
  void aModelBesideItselfHasRatioOne() {
    Outcomes one = outcomes(50, new int[] {3, 6, 9}, new int[] {20, 40, 45});
    assertThat(PairedFrontiers.of(one, one, 200, 1).at(.5, .8)).containsOnly(new Ratio(1, 1, 1));
  }

  @Test
  void costsThatAreHalfAtEachPointAreHalfInEveryDraw() {
    Outcomes slow = outcomes(50, new int[] {4, 8, 12}, new int[] {20, 40, 48});
    Outcomes fast = outcomes(50, new int[] {2, 4, 6}, new int[] {20, 40, 48});
    for (Ratio ratio : PairedFrontiers.of(fast, slow, 200, 1).at(.5, .8)) {
      assertThat(ratio.value()).isEqualTo(.5);
      assertThat(ratio.low()).isCloseTo(.5, within(1e-12));
      assertThat(ratio.high()).isCloseTo(.5, within(1e-12));
      assertThat(ratio.isReached()).isTrue();
    }
  }

  /** With one point a side the ratio is one of means: its spread is known. */
  @Test
  void intervalsAreThoseOfTheMean() {
    int prompts = 400;
    int[][] cost = new int[1][prompts];
    Arrays.setAll(cost[0], i -> i % 2 == 0 ? 5 : 15);
    boolean[][] right = new boolean[1][prompts];
    Arrays.fill(right[0], true);
    Outcomes constant = outcomes(prompts, new int[] {10}, new int[] {prompts});
    Ratio ratio = PairedFrontiers.of(new Outcomes(cost, right), constant, 1000, 7).at(.9).get(0);
    double error = 5 / StrictMath.sqrt(prompts) / 10;
    assertThat(ratio.value()).isEqualTo(1);
    assertThat(ratio.low()).isCloseTo(1 - 1.96 * error, within(.2 * error));
    assertThat(ratio.high()).isCloseTo(1 + 1.96 * error, within(.2 * error));
  }

  @Test
  void sharesThatOneSideNeverHasAreSaidToBe() {
    Outcomes good = outcomes(50, new int[] {3, 9}, new int[] {20, 50});
    Outcomes bad = outcomes(50, new int[] {3, 9}, new int[] {20, 25});
    assertThat(PairedFrontiers.of(good, bad, 50, 1).at(.9).get(0))
        .isEqualTo(new Ratio(0, 0, 0))
        .returns(false, Ratio::isReached);
    assertThat(PairedFrontiers.of(bad, good, 50, 1).at(.9).get(0).value()).isInfinite();
    assertThat(PairedFrontiers.of(bad, bad, 50, 1).at(.9).get(0)).hasToString("reached by neither");
  }

  @Test
  void seedsAreComparedByTheirMeans() {
    Outcomes a = outcomes(10, new int[] {2}, new int[] {10});
    Outcomes b = outcomes(10, new int[] {4}, new int[] {10});
    Outcomes base = outcomes(10, new int[] {6}, new int[] {10});
    assertThat(new PairedFrontiers(List.of(a, b), List.of(base), 20, 1).at(1))
        .containsExactly(new Ratio(.5, .5, .5));
  }

  @Test
  void otherPromptsAreNotPaired() {
    Outcomes some = outcomes(10, new int[] {2}, new int[] {10});
    Outcomes others = outcomes(11, new int[] {2}, new int[] {10});
    assertThatThrownBy(() -> PairedFrontiers.of(some, others, 10, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
