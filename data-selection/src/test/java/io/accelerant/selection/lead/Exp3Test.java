package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Exp3Test {
  private static final boolean[] BOTH = {true, true};
  private static final Offset<Double> E = within(1e-15);

  @Test
  void probabilitiesAreWeightsMixedWithAnEvenDraw() {
    Exp3 bandit = new Exp3(.2, new double[] {1, .5, .5, 0});
    boolean[] open = {true, true, true, true};
    assertThat(bandit.probabilities(open)).containsExactly(new double[] {.45, .25, .25, .05}, E);
  }

  @Test
  void whatIsClosedIsSharedOutInProportion() {
    Exp3 bandit = new Exp3(.2, new double[] {1, .5, .5, 0});
    boolean[] open = {false, true, true, true};
    assertThat(bandit.probabilities(open))
        .containsExactly(new double[] {0, .25 / .55, .25 / .55, .05 / .55}, E);
    assertThatThrownBy(() -> bandit.probabilities(new boolean[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no arm is open");
  }

  @Test
  void aWeightGrowsByItsRewardOverItsProbability() {
    Exp3 bandit = new Exp3(.1, new double[] {1, 1});
    bandit.reward(1, -1, .5);
    assertThat(bandit.weights()).containsExactly(new double[] {1, Math.exp(-.1)}, E);
    bandit.reward(1, 1, .25);
    assertThat(bandit.weights()).containsExactly(new double[] {Math.exp(-.1), 1}, E);
  }

  @Test
  void weightsStayFiniteAndProbabilitiesAboveTheEvenShare() {
    Exp3 bandit = new Exp3(.1, new double[] {1, 1, 1});
    for (int round = 0; round < 5000; round++) {
      bandit.reward(2, 1, .1 / 3); // as fast as can be: e each
    }
    double[] p = bandit.probabilities(new boolean[] {true, true, true});
    assertThat(DoubleStream.of(p).sum()).isCloseTo(1, E);
    assertThat(p).containsExactly(new double[] {.1 / 3, .1 / 3, .9 + .1 / 3}, E);
  }

  @Test
  void equalRewardsLeaveWeightsAsTheyAreFromTheSecondOn() {
    Exp3 bandit = new Exp3(.1, new double[] {1, 1});
    Rewards rewards = new Rewards();
    bandit.reward(0, rewards.normalised(.7), .5);
    double[] before = bandit.weights().clone();
    for (int k : new int[] {1, 0, 1}) {
      bandit.reward(k, rewards.normalised(.7), bandit.probabilities(BOTH)[k]);
    }
    assertThat(bandit.weights()).containsExactly(before);
  }

  /** Rewards that differ by more than their noise; the ceiling is 1 - gamma / 2 = .95. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theBetterOfTwoArmsIsDrawnInTheEnd(boolean bernoulli) {
    double[] shares = new double[20];
    for (int seed = 0; seed < shares.length; seed++) {
      shares[seed] = shareOfTheBetter(seed, bernoulli);
    }
    assertThat(Arrays.stream(shares).min().orElseThrow()).isGreaterThan(.9);
    assertThat(Arrays.stream(shares).average().orElseThrow()).isBetween(.93, .97);
  }

  private static double shareOfTheBetter(int seed, boolean bernoulli) {
    double[] means = {.2, .8};
    RandomStream random = new RandomStream(seed, RandomStream.purpose("bandit.test"), 0, 0);
    Exp3 bandit = new Exp3(.1, new double[] {1, 1});
    Rewards rewards = new Rewards();
    int better = 0;
    for (int round = 0; round < 2000; round++) {
      double[] p = bandit.probabilities(BOTH);
      int k = random.nextCategorical(p, 0, 2);
      double reward =
          bernoulli
              ? random.nextDouble() < means[k] ? 1 : 0
              : means[k] + .1 * random.nextGaussian();
      bandit.reward(k, rewards.normalised(reward), p[k]);
      better += round >= 1500 ? k : 0;
    }
    return better / 500.0;
  }
}
