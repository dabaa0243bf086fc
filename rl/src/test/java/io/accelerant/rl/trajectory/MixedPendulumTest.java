package io.accelerant.rl.trajectory;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.rl.environment.Pendulum;
import io.accelerant.rl.environment.Rollout;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.policy.OfflineData;
import io.accelerant.rl.policy.TrainingSettings;
import io.accelerant.rl.weight.Episode;
import io.accelerant.rl.weight.TrajectoryWeights;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.Weighting;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the weights are worth on mixed data as collect-trajectories makes it. */
class MixedPendulumTest {
  private static final Pendulum PENDULUM = new Pendulum();

  private static List<Rollout> rollouts(double share, long seed) {
    Collection collection = Collection.all(List.of(share), List.of(seed), 400).get(0);
    return LongStream.range(0, collection.episodes())
        .mapToObj(
            id ->
                Rollout.of(
                    PENDULUM,
                    collection.isGood(id) ? PENDULUM.good() : PENDULUM.random(),
                    collection.streamSeed(42),
                    id))
        .toList();
  }

  private static TrajectoryWeights weights(List<Rollout> rollouts, Weighting weighting) {
    List<Episode> episodes =
        LongStream.range(0, rollouts.size())
            .mapToObj(
                id -> {
                  Rollout r = rollouts.get((int) id);
                  List<Double> start = Arrays.stream(r.observations().get(0)).boxed().toList();
                  return new Episode(id, r.value(), r.length(), start);
                })
            .toList();
    return TrajectoryWeights.of(episodes, WeightSettings.of(weighting));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 0.1, 0.5})
  void advantageWeightedDataIsWorthMoreThanTheDataAsItIs(double share) {
    for (long seed = 1; seed <= 3; seed++) {
      TrajectoryWeights aw = weights(rollouts(share, seed), Weighting.AW);
      assertThat(aw.warnings()).isEmpty();
      assertThat(aw.summary().weightedReturn()).isGreaterThan(aw.summary().uniformReturn());
    }
  }

  private static OfflineData data(List<Rollout> rollouts) {
    int n = 200 * rollouts.size();
    float[] s = new float[3 * n];
    float[] a = new float[n];
    for (int row = 0; row < n; row++) {
      Rollout rollout = rollouts.get(row / 200);
      for (int k = 0; k < 3; k++) {
        s[3 * row + k] = (float) rollout.observations().get(row % 200)[k];
      }
      a[row] = (float) (rollout.actions().get(row % 200)[0] / 2);
    }
    int[] lengths = new int[rollouts.size()];
    Arrays.fill(lengths, 200);
    return new OfflineData(
        3, 1, s, a, new float[n], new float[3 * n], new float[n], lengths, lengths);
  }

  private static double score(List<Rollout> rollouts, Weighting weighting, long seed) {
    double[] mass = weights(rollouts, weighting).mass();
    TrainingSettings settings = new TrainingSettings(List.of(64, 64), 2000, 128, 2e-3, seed);
    var policy = Algorithm.BC.train(data(rollouts), mass, PENDULUM.actionBound(), settings);
    double reached = Rollout.meanReturn(PENDULUM, policy.controller(PENDULUM), 1000, 50);
    double random = Rollout.meanReturn(PENDULUM, PENDULUM.random(), 1000, 50);
    double good = Rollout.meanReturn(PENDULUM, PENDULUM.good(), 1000, 50);
    return 100 * (reached - random) / (good - random);
  }

  /** Five seeds had differences of 77 to 101, uniform never above 2. */
  @Test
  void cloningByAdvantageBeatsUniformCloningAtTenPercent() {
    List<Rollout> rollouts = rollouts(0.1, 2);
    double uniform = score(rollouts, Weighting.UNIFORM, 2);
    assertThat(uniform).isLessThan(20);
    assertThat(score(rollouts, Weighting.AW, 2)).isGreaterThan(uniform + 60);
  }
}
