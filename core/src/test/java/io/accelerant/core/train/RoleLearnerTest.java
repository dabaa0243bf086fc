package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoleLearnerTest {
  /** layers.0.weight [1, 2], layers.0.bias [1]. */
  private static final Mlp NETWORK = new Mlp(2, List.of(), 1, Activation.RELU);

  private static final Training ADAM =
      Training.of(OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.5), LearningRate.constant(0.1));

  private static float[] numbers(RoleNumbers of) {
    return of.all().floats();
  }

  @Test
  void weightDecayLeavesVectorsAlone() {
    try (RoleLearner role = new RoleLearner("r", NETWORK, ADAM, Flat.of(new float[] {1, 2, 3}))) {
      role.update(Flat.of(new float[3]), 0);
      assertThat(numbers(role.numbers())).containsExactly(0.95f * 1, 0.95f * 2, 3);
      assertThat(numbers(role.averageNumbers())).isEqualTo(numbers(role.numbers()));
    }
  }

  @Test
  void aPenaltyIsPartOfTheGradientThatIsClipped() {
    Training training =
        Training.of(OptimizerSpec.sgd(), LearningRate.constant(1)).penalised(2).clipped(5);
    try (RoleLearner role =
        new RoleLearner("r", NETWORK, training, Flat.of(new float[] {3, 0, 4}))) {
      role.update(Flat.of(new float[3]), 0); // gradient (6, 0, 8), clipped to (3, 0, 4)
      assertThat(numbers(role.numbers())).containsExactly(0, 0, 0);
    }
  }

  @Test
  void aRoundWithoutAGradientChangesNothingButTheAverage() {
    Training training =
        Training.of(OptimizerSpec.sgd(), LearningRate.constant(1))
            .averaged(new ExponentialAverage(0.5, false), 3);
    try (RoleLearner role =
        new RoleLearner("r", NETWORK, training, Flat.of(new float[] {1, 1, 1}))) {
      role.update(Flat.of(new float[] {-1, -1, -1}), 0);
      assertThat(role.update(null, 1)).isEmpty();
      assertThat(numbers(role.averageNumbers())).containsExactly(1, 1, 1);
      role.update(null, 2);
      assertThat(numbers(role.averageNumbers())).containsExactly(1.5f, 1.5f, 1.5f);
      assertThat(numbers(role.numbers())).containsExactly(2, 2, 2);
    }
  }

  @Test
  void ofAdaptersTheBaseIsFixed() {
    Lora lora = new Lora(NETWORK, 1, 1, List.of("layers.0"));
    double[] initial = lora.initial(1);
    try (RoleLearner role = new RoleLearner("r", lora, ADAM, Flat.of(Precision.FLOAT32, initial))) {
      assertThat(role.numbers().moving().length()).isEqualTo(3); // A [1, 2], B [1, 1]
      role.update(Flat.of(new float[] {1, 1, 1}), 0);
      Flat base = Flat.zeros(Precision.FLOAT32, 3);
      lora.layout().copy(role.numbers().all(), NETWORK.layout(), base);
      Flat before = Flat.zeros(Precision.FLOAT32, 3);
      lora.layout().copy(Flat.of(Precision.FLOAT32, initial), NETWORK.layout(), before);
      assertThat(base.floats()).isEqualTo(before.floats());
      assertThat(role.numbers().all().floats())
          .isNotEqualTo(Flat.of(Precision.FLOAT32, initial).floats());
    }
  }
}
