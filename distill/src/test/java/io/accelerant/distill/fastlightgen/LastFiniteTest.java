package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastFiniteTest {
  private static final String ROLE = "network";

  @Test
  void whatItLastWasCountsOnceANumberIsNone() {
    Mlp network = new Mlp(2, List.of(2), 1, Activation.RELU);
    int size = network.layout().size();
    Training adam =
        Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(1e-3))
            .averaged(new ExponentialAverage(0.5, false), 1);
    RoundStep step =
        (programs, batch) -> {
          double slope = batch.round() < 5 ? 1 : Double.NaN;
          return new Sums()
              .addTotal("loss", slope)
              .addGradient(ROLE, Flat.of(filled(size, (float) slope)));
        };
    try (Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(ROLE, network, adam, Flat.of(Precision.FLOAT32, network.initial(1)));
        ProgramPool pool = new ProgramPool(1);
        LocalRound workers =
            new LocalRound(new MemoryShards(1, i -> new byte[1], 1), pool, Precision.FLOAT32, 1)) {
      LastFinite last = new LastFinite(roles, ROLE, 2);
      Trainer trainer = new Trainer(workers, roles, 8).watch(last);
      trainer.rounds(0, 4, step, Draw.shuffled(1, 1));
      float[] fourth = roles.parameters(ROLE).floats();
      float[] average = roles.averages(ROLE).floats();
      assertThatThrownBy(() -> trainer.rounds(4, 8, step, Draw.shuffled(1, 1)))
          .isInstanceOf(LastFinite.Diverged.class);
      assertThat(roles.parameters(ROLE).floats()[0]).isNaN();
      assertThat(last.raw().floats()).isEqualTo(fourth);
      assertThat(last.average().floats()).isEqualTo(average).isNotEqualTo(fourth);
    }
  }

  private static float[] filled(int size, float number) {
    float[] numbers = new float[size];
    Arrays.fill(numbers, number);
    return numbers;
  }
}
