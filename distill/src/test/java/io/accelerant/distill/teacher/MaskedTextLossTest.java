package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.LossStep;
import io.accelerant.core.train.OneStep;
import io.accelerant.core.train.Sums;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.ForwardProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskedTextLossTest {
  private static final int SYMBOLS = 5;
  private static final int LENGTH = 6;
  private static final double T_MIN = 1e-3;
  private static final DiffusionProcess PROCESS =
      new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), SYMBOLS);
  private static final Transformer NETWORK =
      Transformer.gpt2(SYMBOLS + 1, LENGTH, 8, 1, 2).withCausal(false);

  private static MaskedTextLoss loss(int microBatch) {
    return new MaskedTextLoss(NETWORK, PROCESS, LENGTH, T_MIN, microBatch);
  }

  private static List<byte[]> records(int count) {
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(MaskedTextLoss.record(clean(i)));
    }
    return records;
  }

  private static int[] clean(int i) {
    int[] tokens = new int[LENGTH];
    Arrays.setAll(tokens, j -> (i * 3 + j * 2) % SYMBOLS);
    return tokens;
  }

  private static Flat parameters() {
    double[] initial = NETWORK.initial(3);
    for (int i = 0; i < initial.length; i++) {
      initial[i] *= 10; // logits that differ
    }
    return Flat.of(Precision.FLOAT64, initial);
  }

  private static double measured(Batch batch, int microBatch) {
    MaskedTextLoss loss = loss(microBatch);
    return OneStep.sums(new LossStep(loss), loss, parameters(), batch).total("loss");
  }

  /** The formula by hand, from the network's logits at the states that the loss draws. */
  @Test
  void isTheWeightedCrossEntropyOfTheMaskedPositions() {
    Batch batch = new Batch(records(4), 8, 16, 42, 3);
    double expected = 0;
    try (Program program = NETWORK.forward(Precision.FLOAT64, BatchShape.of(1, LENGTH))) {
      program.setParameters(parameters());
      for (int i = 0; i < batch.size(); i++) {
        double t = T_MIN + (1 - T_MIN) * batch.stratified(i, RandomStream.purpose("teacher.time"));
        int[] clean = clean(i);
        int[] noisy =
            ForwardProcess.corrupt(
                PROCESS, clean, t, batch.stream(i, RandomStream.purpose("teacher.masks")));
        program.set("tokens", noisy).run();
        double[] logits = program.doubles("logits");
        for (int j = 0; j < LENGTH; j++) {
          if (noisy[j] == PROCESS.mask()) {
            double sum = 0;
            for (int y = 0; y <= SYMBOLS; y++) {
              sum += Math.exp(logits[j * (SYMBOLS + 1) + y]);
            }
            double weight = (1 - 1e-3) / (t * (1 - 1e-3)); // sigma / (e^sigma_bar - 1) = 1 / t
            expected += weight * (Math.log(sum) - logits[j * (SYMBOLS + 1) + clean[j]]);
          }
        }
      }
    }
    expected /= 16.0 * LENGTH;
    assertThat(expected).isPositive();
    assertThat(measured(batch, 4)).isEqualTo(expected, within(1e-12));
  }

  @Test
  void microBatchesAndPaddingChangeNothing() {
    Batch batch = new Batch(records(7), 0, 7, 1, 0);
    double whole = measured(batch, 7);
    assertThat(measured(batch, 2)).isEqualTo(whole, within(1e-12));
    assertThat(measured(batch, 16)).isEqualTo(whole, within(1e-12));
  }

  @Test
  void workersAddUpToTheUnionBatch() {
    List<byte[]> all = records(8);
    Sums parts = new Sums();
    for (int worker = 0; worker < 2; worker++) {
      parts.add(sums(4, new Batch(all.subList(4 * worker, 4 * worker + 4), 4 * worker, 8, 5, 2)));
    }
    Sums union = sums(8, new Batch(all, 0, 8, 5, 2));
    assertThat(parts.total("loss")).isEqualTo(union.total("loss"), within(1e-12));
    Flat gradient = parts.gradients().get(Loss.NETWORK);
    for (int i = 0; i < gradient.length(); i++) {
      assertThat(gradient.get(i))
          .isEqualTo(union.gradients().get(Loss.NETWORK).get(i), within(1e-10));
    }
  }

  private static Sums sums(int microBatch, Batch batch) {
    MaskedTextLoss loss = loss(microBatch);
    return OneStep.sums(new GradientStep(loss), loss, parameters(), batch);
  }

  /** Stratified times: one in each of n cells of equal width, whoever computes them. */
  @Test
  void timesOfAUnionBatchCoverTheUnitIntervalEvenly() {
    boolean[] hit = new boolean[32];
    for (int first = 0; first < 32; first += 8) {
      Batch batch = new Batch(records(8), first, 32, 9, 4);
      for (int i = 0; i < 8; i++) {
        hit[(int) (32 * batch.stratified(i, 77))] = true;
      }
    }
    assertThat(hit).doesNotContain(false);
  }
}
