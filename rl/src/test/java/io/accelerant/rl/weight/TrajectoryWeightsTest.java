package io.accelerant.rl.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrajectoryWeightsTest {
  private static final List<Episode> MIXED = Episodes.random(400, 3, 1);

  private static TrajectoryWeights weigh(Weighting weighting, List<Episode> episodes) {
    return TrajectoryWeights.of(episodes, WeightSettings.of(weighting));
  }

  private static Episode episode(long id, double value, int length, Double... start) {
    return new Episode(id, value, length, List.of(start));
  }

  @ParameterizedTest
  @EnumSource(Weighting.class)
  void probabilitiesOfAllTransitionsSumToOne(Weighting weighting) {
    TrajectoryWeights weights = weigh(weighting, MIXED);
    assertThat(Arrays.stream(weights.mass()).sum()).isCloseTo(1, within(1e-12));
    double sum = 0;
    for (int i = 0; i < MIXED.size(); i++) {
      sum += MIXED.get(i).length() * weights.transitionProbability()[i];
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @Test
  void oddsOfTwoTransitionsAreTheExponentialOfTheScores() {
    for (Weighting weighting : List.of(Weighting.RW, Weighting.AW)) {
      TrajectoryWeights w = weigh(weighting, MIXED);
      for (int i = 1; i < MIXED.size(); i++) {
        double odds = w.transitionProbability()[i] / w.transitionProbability()[0];
        double expected = Math.exp((w.score()[i] - w.score()[0]) / 0.1);
        assertThat(odds / expected).isCloseTo(1, within(1e-12));
      }
      assertThat(Arrays.stream(w.score()).max().orElseThrow()).isEqualTo(1);
      assertThat(Arrays.stream(w.score()).min().orElseThrow()).isZero();
    }
  }

  @Property(tries = 50)
  void anAffineChangeOfReturnsChangesNothing(
      @ForAll @IntRange(min = 9, max = 60) int count,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double scale,
      @ForAll @DoubleRange(min = -1000, max = 1000) double shift) {
    List<Episode> episodes = Episodes.random(count, 2, count);
    for (Weighting weighting : List.of(Weighting.RW, Weighting.AW)) {
      double[] before = weigh(weighting, episodes).mass();
      double[] after = weigh(weighting, Episodes.affine(episodes, scale, shift)).mass();
      for (int i = 0; i < count; i++) {
        assertThat(after[i]).isCloseTo(before[i], within(1e-6 * before[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Weighting.class,
      names = {"RW", "AW"})
  void equalReturnsGiveUniformTransitionsAndAWarning(Weighting weighting) {
    List<Episode> equal = Episodes.affine(MIXED, 0, -3.7);
    TrajectoryWeights weights = weigh(weighting, equal);
    double transitions = equal.stream().mapToInt(Episode::length).sum();
    for (double p : weights.transitionProbability()) {
      assertThat(p).isCloseTo(1 / transitions, within(1e-16));
    }
    assertThat(weights.warnings()).containsExactly(WeightSummary.ALL_EQUAL);
  }

  @Test
  void returnsThatTheStartExplainsGiveUniformTransitionsUnderAw() {
    List<Episode> explained =
        IntStream.range(0, 30)
            .mapToObj(i -> episode(i, 3 * Math.sin(i) - 2, 5, Math.sin(i), 1.0))
            .toList();
    TrajectoryWeights weights = weigh(Weighting.AW, explained);
    assertThat(weights.score()).containsOnly(0);
    assertThat(weights.warnings()).containsExactly(WeightSummary.ALL_EQUAL);
    assertThat(weigh(Weighting.RW, explained).warnings()).isEmpty();
  }

  @Test
  void tooFewEpisodesForTheRegressionFallBackToReturns() {
    List<Episode> few = Episodes.random(8, 3, 2);
    TrajectoryWeights aw = weigh(Weighting.AW, few);
    assertThat(aw.mass()).isEqualTo(weigh(Weighting.RW, few).mass());
    assertThat(aw.warnings()).hasSize(1).first().asString().contains("more than 8", "there are 8");
    assertThat(weigh(Weighting.AW, Episodes.random(9, 3, 2)).warnings()).isEmpty();
  }

  @Test
  void longTrajectoriesKeepTheirAdvantage() {
    TrajectoryWeights w =
        weigh(Weighting.RW, List.of(episode(0, 1, 10, 0.0), episode(1, 1, 30, 0.0)));
    assertThat(w.mass()).containsExactly(0.25, 0.75);
  }

  @Test
  void topKeepsTheFloorOfTheShareAndBreaksTiesById() {
    List<Episode> tied =
        List.of(
            episode(9, 5, 1, 0.0),
            episode(2, 5, 3, 0.0),
            episode(1, 4, 1, 0.0),
            episode(7, 5, 1, 0.0));
    WeightSettings half = new WeightSettings(Weighting.TOP, 0.1, 0.74, 0);
    assertThat(TrajectoryWeights.of(tied, half).mass()).containsExactly(0, 0.75, 0, 0.25);
    assertThatThrownBy(() -> weigh(Weighting.TOP, tied))
        .hasMessageContaining("none of 4")
        .hasMessageContaining("0.25");
  }

  @Test
  void theTemperatureGoesFromTheBestToUniform() {
    WeightSettings cold = new WeightSettings(Weighting.RW, 1e-4, 0.1, 0);
    WeightSettings hot = new WeightSettings(Weighting.RW, 1e9, 0.1, 0);
    assertThat(TrajectoryWeights.of(MIXED, cold).summary().weightedReturn())
        .isCloseTo(MIXED.stream().mapToDouble(Episode::value).max().orElseThrow(), within(1e-6));
    WeightSummary uniform = TrajectoryWeights.of(MIXED, hot).summary();
    assertThat(uniform.weightedReturn()).isCloseTo(uniform.uniformReturn(), within(1e-6));
    assertThat(uniform.effectiveSampleSize()).isCloseTo(uniform.transitions(), within(1e-3));
  }

  @Test
  void weightingRaisesTheValueOfMixedData() {
    WeightSummary uniform = weigh(Weighting.UNIFORM, MIXED).summary();
    assertThat(uniform.weightedReturn()).isEqualTo(uniform.uniformReturn());
    for (Weighting weighting : List.of(Weighting.RW, Weighting.AW, Weighting.TOP)) {
      WeightSummary weighted = weigh(weighting, MIXED).summary();
      assertThat(weighted.weightedReturn()).isGreaterThan(uniform.uniformReturn() + 20);
      assertThat(weighted.effectiveSampleSize()).isLessThan(uniform.effectiveSampleSize());
    }
  }

  @Test
  void clippingKeepsAnOutlierFromMakingTheOthersEqual() {
    double[] returns = IntStream.range(0, 100).mapToDouble(i -> i == 99 ? 1e6 : i).toArray();
    List<Episode> episodes =
        IntStream.range(0, 100).mapToObj(i -> episode(i, returns[i], 1, 0.0)).toList();
    double[] plain = weigh(Weighting.RW, episodes).score();
    double[] clipped =
        TrajectoryWeights.of(episodes, new WeightSettings(Weighting.RW, 0.1, 0.1, 0.02)).score();
    assertThat(plain[98]).isLessThan(1e-3);
    assertThat(clipped[50]).isCloseTo(0.5, within(0.03));
    assertThat(clipped[99]).isEqualTo(1);
  }

  @Property(tries = 50)
  void positiveSidedVariancesOfBothSidesAddUpToTheVariance(
      @ForAll @IntRange(min = 2, max = 50) int n) {
    double[] returns = Episodes.random(n, 1, n).stream().mapToDouble(Episode::value).toArray();
    double mean = Arrays.stream(returns).average().orElseThrow();
    double variance = Arrays.stream(returns).map(g -> (g - mean) * (g - mean)).sum() / n;
    double[] negative = Arrays.stream(returns).map(g -> -g).toArray();
    double[] doubled = Arrays.stream(returns).map(g -> 2 * g).toArray();
    double psv = TrajectoryWeights.positiveSidedVariance(returns);
    assertThat(psv + TrajectoryWeights.positiveSidedVariance(negative))
        .isCloseTo(variance, within(1e-9 * variance));
    assertThat(TrajectoryWeights.positiveSidedVariance(doubled))
        .isCloseTo(4 * psv, within(1e-9 * psv));
  }

  @Test
  void positiveSidedVarianceOfAKnownSet() {
    // mean 2.5; above it 0.5 and 4.5: (0.25 + 20.25) / 4
    assertThat(TrajectoryWeights.positiveSidedVariance(new double[] {0, 0, 3, 7})).isEqualTo(5.125);
  }
}
