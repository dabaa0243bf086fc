package io.accelerant.rl.gvm;

import static io.accelerant.rl.gvm.Rollouts.LONGEST;
import static io.accelerant.rl.gvm.Rollouts.NETWORK;
import static io.accelerant.rl.gvm.Rollouts.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.OneStep;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolicyObjectiveTest {
  private static final PolicyObjective.Clip CLIP = new PolicyObjective.Clip(.2, .3, .7);
  private static final Flat PARAMETERS = Rollouts.parameters(NETWORK);
  private static final double[] ADVANTAGE = {1, -1, 0, 2, -.5, -2, .7};
  private static final double[] WEIGHT = {.5, .25, 2, .1, 1, .3, 0};

  /** Ratios 1, inside, above, below and beyond the dual clip, one token after the other. */
  private static final double[] RATIOS = {1, 1.7, .9, .6, 4, 1.1, .3, 2.5};

  private static final double[][] OLD = offset(0, RATIOS);
  private static final double[][] REFERENCE = offset(3, RATIOS);

  private static double[][] offset(int shift, double... ratios) {
    double[][] logP = Rollouts.logP(NETWORK, PARAMETERS, ROWS);
    for (int j = 0; j < logP.length; j++) {
      for (int t = 0; t < logP[j].length; t++) {
        logP[j][t] = (float) (logP[j][t] - Math.log(ratios[(j + t + shift) % ratios.length]));
      }
    }
    return logP;
  }

  private static PolicyObjective objective(int microBatch, boolean plain) {
    return PolicyObjective.of(NETWORK, LONGEST, microBatch, CLIP, plain);
  }

  private static Batch batch() {
    List<byte[]> records =
        IntStream.range(0, ROWS.size())
            .mapToObj(j -> record(ROWS.get(j), OLD[j], REFERENCE[j], ADVANTAGE[j], WEIGHT[j]))
            .toList();
    return new Batch(records, 0, 1000, 7, 0); // the size of the union counts for nothing
  }

  private static byte[] record(
      GradientNorms.Row row, double[] old, double[] reference, double advantage, double weight) {
    return RolloutRecord.pack(
        row.prompt(), row.answer(), old, reference, advantage, weight, LONGEST);
  }

  private static Sums sums(PolicyObjective objective, Flat parameters, Batch batch) {
    return OneStep.sums(
        new GradientStep(objective, objective.totals()), objective, parameters, batch);
  }

  private static ClippedLoss.Terms expected(boolean plain, Flat parameters) {
    return new ClippedLoss(.2, .3, 3, .7, plain)
        .of(Rollouts.logP(NETWORK, parameters, ROWS), OLD, REFERENCE, ADVANTAGE, WEIGHT);
  }

  @Test
  void isTheClippedLossOfTheNetworksLogProbabilities() {
    for (boolean plain : new boolean[] {false, true}) {
      ClippedLoss.Terms terms = expected(plain, PARAMETERS);
      for (int microBatch : new int[] {1, 5}) {
        Sums sums = sums(objective(microBatch, plain), PARAMETERS, batch());
        assertThat(sums.total("loss")).isCloseTo(terms.loss(), within(1e-12));
        assertThat(sums.total("kl")).isCloseTo(terms.divergence(), within(1e-12));
        if (!plain) {
          assertThat(terms.clipped()).isGreaterThan(5);
          assertThat(sums.total("clipped")).isEqualTo(terms.clipped());
        }
      }
    }
  }

  @Test
  void entropyIsThatOfTheNextTokens() {
    double expected = 0;
    for (int j = 0; j < ROWS.size(); j++) {
      int[] answer = ROWS.get(j).answer();
      for (int t = 0; t < answer.length; t++) {
        double[] logP = next(ROWS.get(j), t);
        expected -= WEIGHT[j] * Arrays.stream(logP).map(x -> Math.exp(x) * x).sum();
      }
    }
    assertThat(sums(objective(4, false), PARAMETERS, batch()).total("entropy"))
        .isCloseTo(expected, within(1e-12));
  }

  /** Log-probabilities of all tokens in the place of one. */
  private static double[] next(GradientNorms.Row row, int t) {
    return IntStream.range(0, Rollouts.TOKENS)
        .mapToDouble(
            token -> {
              int[] answer = Arrays.copyOf(row.answer(), t + 1);
              answer[t] = token;
              List<GradientNorms.Row> one = List.of(new GradientNorms.Row(row.prompt(), answer));
              return Rollouts.logP(NETWORK, PARAMETERS, one)[0][t];
            })
        .toArray();
  }

  @Test
  void gradientAgreesWithFiniteDifferencesOfTheClippedLoss() {
    for (boolean plain : new boolean[] {false, true}) {
      Flat gradient = sums(objective(4, plain), PARAMETERS, batch()).gradients().get(Loss.NETWORK);
      assertThat(gradient.norm()).isGreaterThan(.1);
      double h = 1e-7; // old numbers are rounded: no ratio is nearer to a border
      for (int i = 0; i < gradient.length(); i += 61) {
        double slope =
            (expected(plain, moved(i, h)).loss() - expected(plain, moved(i, -h)).loss()) / (2 * h);
        assertThat(gradient.get(i)).as("%s %d", plain, i).isCloseTo(slope, within(1e-6));
      }
    }
  }

  private static Flat moved(int i, double by) {
    double[] numbers = PARAMETERS.toDoubles();
    numbers[i] += by;
    return Flat.of(numbers);
  }

  /** All logits are equal, so that both sides know the log-probability to the bit. */
  @Test
  void aRatioOfOneIsNotClippedHoweverLittleRoomThereIs() {
    Flat even = Flat.zeros(Precision.FLOAT32, PARAMETERS.length());
    Layout.Tensor bias = NETWORK.layout().find("transformer.ln_f.bias");
    Arrays.fill(even.floats(), bias.offset(), bias.offset() + bias.size(), 1);
    PolicyObjective.Clip none = new PolicyObjective.Clip(0, 0, 0);
    for (double advantage : new double[] {1, -1}) {
      GradientNorms.Row row = ROWS.get(3);
      double[] old = new double[row.answer().length];
      Arrays.fill(old, -Math.log(Rollouts.TOKENS));
      List<byte[]> records = List.of(record(row, old, null, advantage, 1));
      Batch batch = new Batch(records, 0, 1, 7, 0);
      Sums clipped = sums(PolicyObjective.of(NETWORK, LONGEST, 1, none, false), even, batch);
      Sums plain = sums(PolicyObjective.of(NETWORK, LONGEST, 1, none, true), even, batch);
      assertThat(clipped.total("clipped")).isZero();
      assertThat(plain.gradients().get(Loss.NETWORK).norm()).isGreaterThan(1);
      assertThat(clipped.gradients().get(Loss.NETWORK).toDoubles())
          .containsExactly(plain.gradients().get(Loss.NETWORK).toDoubles(), within(1e-6));
    }
  }

  @Test
  void ofANetworkWithAdaptersTheseAreTrained() {
    NetworkSpec adapted = new Lora(NETWORK, 2, 4, List.of("c_attn"));
    PolicyObjective objective = PolicyObjective.of(adapted, LONGEST, 4, CLIP, false);
    Flat parameters = Rollouts.parameters(adapted);
    Flat gradient = sums(objective, parameters, batch()).gradients().get(Loss.NETWORK);
    assertThat(gradient.length()).isEqualTo(2 * (8 + 24));
    assertThat(gradient.norm()).isGreaterThan(1e-3);
  }

  @Test
  void withManyClassesLogitsOfAnswersGiveWhatAllGive() {
    Transformer large = Transformer.gpt2(Graph.MANY_CLASSES + 9, LONGEST, 2, 1, 1);
    int answer = ROWS.stream().mapToInt(row -> row.answer().length).max().orElseThrow();
    assertThat(answer).isLessThan(LONGEST - 1);
    for (boolean plain : new boolean[] {false, true}) {
      PolicyObjective all = PolicyObjective.of(large, LONGEST, 3, CLIP, plain);
      PolicyObjective few = all.withAnswer(answer);
      for (Precision precision : Precision.values()) {
        Flat parameters = Flat.of(precision, large.initial(3));
        Sums expected = sums(all, parameters, batch());
        Sums found = sums(few, parameters, batch());
        all.totals()
            .forEach(
                name ->
                    assertThat(found.total(name)).isCloseTo(expected.total(name), within(1e-5)));
        assertThat(found.gradients().get(Loss.NETWORK).toDoubles())
            .containsExactly(expected.gradients().get(Loss.NETWORK).toDoubles(), within(1e-5));
      }
    }
  }

  @Test
  void whatItCannotComputeIsRefused() {
    byte[] record = record(ROWS.get(0), OLD[0], null, 1, 1);
    Batch batch = new Batch(List.of(record), 0, 1, 7, 0);
    assertThatThrownBy(() -> sums(objective(1, false), PARAMETERS, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference");
    Transformer both = NETWORK.withCausal(false);
    assertThatThrownBy(() -> PolicyObjective.of(both, LONGEST, 1, CLIP, true))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new PolicyObjective.Clip(2, .2, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A choice between two answers of which one is rewarded. */
  @Test
  void updatesRaiseTheProbabilityOfWhatIsRewarded() {
    Transformer network = Transformer.gpt2(2, 3, 8, 1, 1);
    double half = Math.log(.5);
    List<byte[]> records =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    RolloutRecord.pack(
                        new int[] {0},
                        new int[] {i % 2, 1},
                        new double[] {half, half},
                        new double[] {half, half},
                        i % 2 == 1 ? 1 : -1,
                        .25,
                        3))
            .toList();
    PolicyObjective.Clip wide = new PolicyObjective.Clip(.2, .4, 1e-3);
    PolicyObjective objective = PolicyObjective.of(network, 3, 4, wide, false);
    Training adam = Training.of(OptimizerSpec.adam(.9, .99, 1e-8), LearningRate.constant(.01));
    io.accelerant.core.engine.Engine.start(1, "auto");
    try (ProgramPool pool = new ProgramPool(2);
        LocalRound task =
            new LocalRound(new MemoryShards(4, records::get, 1), pool, Precision.FLOAT32, 1);
        Roles roles = new Roles(Precision.FLOAT32)) {
      roles.trained(Loss.NETWORK, network, adam, Flat.of(Precision.FLOAT32, network.initial(1)));
      Trainer trainer = new Trainer(task, roles, 25);
      trainer.train(new GradientStep(objective, objective.totals()), Draw.shuffled(4, 1));
      RoundLog log = trainer.log();
      assertThat(log.column("loss")[24]).isLessThan(log.column("loss")[0] - .2);
      assertThat(log.column("clipped")[0]).isZero();
      assertThat(log.column("clipped")[24]).isGreaterThan(4); // no further than the clip
    }
  }
}
