package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientLearnerTest {
  @Test
  void weightDecayLeavesVectorsAndWhatIsNotTrainedAlone() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("matrix", new int[] {1, 2});
    shapes.put("table", new int[] {1, 2});
    shapes.put("bias", new int[] {2});
    GradientLearner.Settings settings =
        new GradientLearner.Settings(
            OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.5),
            LearningRate.constant(0.1),
            1,
            new ExponentialAverage(0, false));
    float[] start = {1, 2, 3, 4, 5, 6};
    try (GradientLearner learner =
        new GradientLearner(
            settings, Layout.of(shapes), name -> !name.equals("table"), Flat.of(start))) {
      learner.update(new Sums(Flat.of(new float[6]), new double[1]), 0);
      assertThat(learner.parameters().toFloats()).containsExactly(0.95f * 1, 0.95f * 2, 3, 4, 5, 6);
      assertThat(learner.average().toFloats()).isEqualTo(learner.parameters().toFloats());
    }
  }
}
