package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Training;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastFiniteTest {
  private static final String ROLE = "network";

  private static void set(Roles roles, float first) {
    roles.parameters(ROLE).put(0, Flat.of(new float[] {first}), 0, 1);
  }

  @Test
  void whatItLastWasCountsOnceANumberIsNone() {
    Mlp network = new Mlp(2, List.of(2), 1, Activation.RELU);
    Training adam =
        Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(1e-3))
            .averaged(new ExponentialAverage(0.5, false), 1);
    Flat start = Flat.of(Precision.FLOAT32, network.initial(1));
    try (Roles roles = new Roles(Precision.FLOAT32).trained(ROLE, network, adam, start.copy())) {
      LastFinite last = new LastFinite(roles, ROLE, 2);
      set(roles, 7);
      last.after(1);
      assertThat(last.raw().floats()).isEqualTo(start.floats());
      last.after(2);
      assertThat(last.raw().floats()[0]).isEqualTo(7);
      set(roles, Float.NaN);
      assertThatThrownBy(() -> last.summed(3, new Sums(), Map.of("loss", Double.NaN)))
          .isInstanceOf(LastFinite.Diverged.class);
      assertThat(last.raw().floats()[0]).isEqualTo(7);
    }
  }
}
