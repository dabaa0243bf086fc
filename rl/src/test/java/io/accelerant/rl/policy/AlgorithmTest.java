package io.accelerant.rl.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.error.DataException;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Bits;
import io.accelerant.rl.environment.Pendulum;
import io.accelerant.rl.environment.Rollout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AlgorithmTest {
  private static final Pendulum PENDULUM = new Pendulum();

  /** The first so many episodes are good, the others random. */
  static OfflineData pendulum(int good, int random) {
    int episodes = good + random;
    int n = 200 * episodes;
    float[] s = new float[3 * n];
    float[] next = new float[3 * n];
    float[] a = new float[n];
    float[] r = new float[n];
    int[] lengths = new int[episodes];
    Arrays.fill(lengths, 200);
    for (int e = 0; e < episodes; e++) {
      Rollout rollout = Rollout.of(PENDULUM, e < good ? PENDULUM.good() : PENDULUM.random(), 1, e);
      for (int t = 0; t < 200; t++) {
        int row = 200 * e + t;
        for (int k = 0; k < 3; k++) {
          s[3 * row + k] = (float) rollout.observations().get(t)[k];
          next[3 * row + k] = (float) rollout.observations().get(t + 1)[k];
        }
        a[row] = (float) (rollout.actions().get(t)[0] / 2);
        r[row] = (float) rollout.rewards()[t];
      }
    }
    return new OfflineData(3, 1, s, a, r, next, new float[n], lengths, lengths);
  }

  private static double score(Policy policy) {
    double reached = Rollout.meanReturn(PENDULUM, policy.controller(PENDULUM), 9, 20);
    double random = Rollout.meanReturn(PENDULUM, PENDULUM.random(), 9, 20);
    double good = Rollout.meanReturn(PENDULUM, PENDULUM.good(), 9, 20);
    return 100 * (reached - random) / (good - random);
  }

  @Test
  void cloningFollowsTheEpisodesThatHaveTheMass() {
    OfflineData mixed = pendulum(10, 30);
    double[] onGood = new double[40];
    Arrays.fill(onGood, 0, 10, 0.1);
    double[] uniform = new double[40];
    Arrays.fill(uniform, 1);
    TrainingSettings settings = new TrainingSettings(List.of(32, 32), 600, 128, 3e-3, 1);
    assertThat(score(Algorithm.BC.train(mixed, onGood, 2, settings))).isGreaterThan(60);
    assertThat(score(Algorithm.BC.train(mixed, uniform, 2, settings))).isLessThan(40);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void theSameSeedGivesTheSameBits(Algorithm algorithm) {
    OfflineData data = pendulum(1, 2);
    double[] mass = {1, 1, 1};
    TrainingSettings settings = new TrainingSettings(List.of(8), 10, 16, 1e-3, 5);
    float[] first = algorithm.train(data, mass, 2, settings).parameters();
    assertThat(algorithm.train(data, mass, 2, settings).parameters()).isEqualTo(first);
    TrainingSettings other = new TrainingSettings(List.of(8), 10, 16, 1e-3, 6);
    assertThat(algorithm.train(data, mass, 2, other).parameters()).isNotEqualTo(first);
  }

  /** Recorded from the loops that these were before they ran as rounds. */
  @ParameterizedTest
  @CsvSource({"BC, 4b14f1d9, 2d96e1e4e6486b9b", "TD3_BC, 4b14f1d9, 449b2a48f883b112"})
  void trainsToTheBitsOnRecord(Algorithm algorithm, String fingerprint, String hash) {
    TrainingSettings settings = new TrainingSettings(List.of(24, 16), 31, 32, 1e-3, 5);
    float[] trained =
        algorithm.train(pendulum(1, 2), new double[] {1, 2, 1}, 2, settings).parameters();
    Bits.assertBits(trained, Map.of(fingerprint, hash));
  }

  /** Acting in plain Java is the engine's forward pass. */
  @Test
  void aPolicyActsAsItsNetworkPredicts() {
    Mlp network = Policy.network(3, List.of(5, 4), 2);
    double[] numbers = network.initial(3);
    float[] parameters = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      parameters[i] = (float) numbers[i];
    }
    Normaliser plain = new Normaliser(new double[] {1, 0, -1}, new double[] {2, 1, 0.5});
    double[] action = new Policy(network, parameters, plain, 2).act(new double[] {3, 0.25, -0.5});
    try (Program program = network.forward(Precision.FLOAT64, BatchShape.of(1))) {
      program.setParameters(parameters).set("x", new double[] {1, 0.25, 1}).run();
      double[] prediction = program.doubles("prediction");
      for (int k = 0; k < 2; k++) {
        assertThat(action[k]).isCloseTo(2 * Math.tanh(prediction[k]), within(1e-12));
      }
    }
  }

  @Test
  void targetIsRewardWhereNothingFollowsAndTheSmallerCriticElsewhere() {
    Mlp pi = Policy.network(2, List.of(), 1);
    Mlp q = new Mlp(3, List.of(), 1, Activation.RELU);
    // pi(s) = tanh(s_0); Q1 = a, Q2 = 0.1 + s_1
    float[] parameters = {1, 0, 0, /* q1 */ 0, 0, 1, 0, /* q2 */ 0, 1, 0, 0.1f};
    Td3Bc step = new Td3Bc(pi, q, new Transition(2, 1), 3);
    try (Program target = new Td3Bc.Target(step).forward(Precision.FLOAT32, BatchShape.of(3))) {
      target
          .setParameters(parameters)
          .set("s", new float[] {0.5f, 9, 0.5f, 9, 5, -3})
          .set("noise", new float[] {0, 0, 0.5f})
          .set("r", new float[] {1, 1, 1})
          .set("continues", new float[] {0, 1, 1})
          .run();
      double[] y = target.doubles("y");
      assertThat(y[0]).isEqualTo(1);
      assertThat(y[1]).isCloseTo(1 + 0.99 * Math.tanh(0.5), within(1e-6));
      assertThat(y[2]).isCloseTo(1 - 0.99 * 2.9, within(1e-6)); // min(clip(.99 + .5) = 1, -2.9)
    }
  }

  /** The gradient by finite differences, with lambda held fixed. */
  @Test
  void actorLossIsTheOneOfThePaper() {
    Mlp pi = Policy.network(2, List.of(), 1);
    Mlp q = new Mlp(3, List.of(), 1, Activation.RELU);
    float[] s = {0.3f, -0.2f, 0.9f, 0.4f};
    float[] a = {0.1f, -0.6f};
    float[] parameters = {0.5f, -0.4f, 0.1f, /* q1 */ 0.2f, -0.1f, 0.7f, 0.3f};
    Td3Bc step = new Td3Bc(pi, q, new Transition(2, 1), 2);
    try (Program actor = new Td3Bc.Actor(step).training(Precision.FLOAT32, BatchShape.of(2))) {
      actor.setParameters(parameters).set("s", s).set("a", a).run();
      double[] value = new double[1];
      double lambda = 2.5 / size(parameters, s);
      assertThat(actor.scalar("loss")).isCloseTo(loss(parameters, s, a, lambda), within(1e-5));
      float[] gradient = actor.gradients().floats();
      assertThat(gradient).hasSize(3);
      for (int i = 0; i < 3; i++) {
        float[] up = parameters.clone();
        float[] down = parameters.clone();
        up[i] += 1e-3f;
        down[i] -= 1e-3f;
        value[0] = (loss(up, s, a, lambda) - loss(down, s, a, lambda)) / (up[i] - down[i]);
        assertThat((double) gradient[i]).isCloseTo(value[0], within(1e-3));
      }
    }
  }

  private static double action(float[] p, float[] s, int row) {
    return Math.tanh(p[0] * s[2 * row] + p[1] * s[2 * row + 1] + p[2]);
  }

  private static double value(float[] p, float[] s, int row) {
    return p[3] * s[2 * row] + p[4] * s[2 * row + 1] + p[5] * action(p, s, row) + p[6];
  }

  private static double size(float[] p, float[] s) {
    return (Math.abs(value(p, s, 0)) + Math.abs(value(p, s, 1))) / 2;
  }

  private static double loss(float[] p, float[] s, float[] a, double lambda) {
    double imitation = 0;
    double value = 0;
    for (int row = 0; row < 2; row++) {
      imitation += Math.pow(action(p, s, row) - a[row], 2) / 2;
      value += value(p, s, row) / 2;
    }
    return imitation - lambda * value;
  }

  @Test
  void batchesFollowTheMassAndDependOnSeedAndStepAlone() {
    OfflineData data = pendulum(1, 1);
    MiniBatches batches = new MiniBatches(data, new double[] {1, 0}, 64, 1);
    long[] third = batches.rows(3);
    assertThat(Arrays.stream(third).max().orElseThrow()).isLessThan(200);
    assertThat(batches.rows(4)).isNotEqualTo(third);
    assertThat(batches.rows(3)).isEqualTo(third);
  }

  @Test
  void aTransitionIsPackedAsItIsRead() {
    OfflineData data =
        new OfflineData(
            1,
            2,
            new float[] {5, 7},
            new float[] {0.1f, 0.2f, 0.3f, 0.4f},
            new float[] {-1, -2},
            new float[] {7, 9},
            new float[] {0, 1},
            new int[] {2},
            new int[] {2});
    Normaliser normaliser = new Normaliser(new double[] {5}, new double[] {2});
    Transition transition = Transition.of(data);
    Batch batch =
        new Batch(
            List.of(transition.pack(data, normaliser, 1), transition.pack(data, normaliser, 0)),
            0,
            2,
            1,
            0);
    assertThat(transition.observations(batch)).containsExactly(1, 0);
    assertThat(transition.actions(batch)).containsExactly(0.3f, 0.4f, 0.1f, 0.2f);
    assertThat(transition.rewards(batch)).containsExactly(-2, -1);
    assertThat(transition.continues(batch)).containsExactly(0, 1);
    assertThat(transition.nextObservations(batch)).containsExactly(2, 1);
  }

  @Test
  void targetsAreDrawnOnlyWhereTheNextObservationIsKnown() {
    OfflineData all = pendulum(1, 2);
    OfflineData cut =
        new OfflineData(
            3,
            1,
            all.observations(),
            all.actions(),
            all.rewards(),
            all.nextObservations(),
            all.terminals(),
            all.lengths(),
            new int[] {50, 200, 0});
    assertThat(cut.unfollowed()).isEqualTo(350);
    double[] mass = cut.followedMass(new double[] {0.4, 0.1, 0.5});
    assertThat(mass).containsExactly(new double[] {0.5, 0.5, 0}, within(1e-15));
    assertThatThrownBy(() -> cut.followedMass(new double[] {0, 0, 1}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("next observation");
    boolean[] seen = new boolean[600];
    for (long row : MiniBatches.followed(cut, new double[] {1, 0, 1}, 2000, 1).rows(0)) {
      seen[(int) row] = true;
    }
    for (int row = 0; row < 600; row++) {
      assertThat(seen[row]).as("row %d", row).isEqualTo(row < 50);
    }
  }
}
