package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The way operations take in a CUDA build, walked on a processor: every operation once more. It
 * shows that ND4J's own interface is used rightly, and nothing about a GPU.
 */
class PortableStepTest extends OperationGradientTest {
  private static final TransformerExample SMALL = new TransformerExample(2, 6, 8, 2, 2, 16, 11);

  @BeforeAll
  static void take() {
    Engine.load();
    Engine.portable = true;
  }

  @AfterAll
  static void leave() {
    Engine.portable = false;
  }

  @Test
  void aTransformerInFloat32HasTheGradientOfTheOrdinaryWay() {
    float[] portable = gradient(Precision.FLOAT32);
    float[] ordinary;
    try {
      Engine.portable = false;
      ordinary = gradient(Precision.FLOAT32);
    } finally {
      Engine.portable = true;
    }
    double norm = 0;
    double distance = 0;
    for (int i = 0; i < portable.length; i++) {
      norm += ordinary[i] * ordinary[i];
      distance += (portable[i] - ordinary[i]) * (portable[i] - ordinary[i]);
    }
    assertThat(norm).isPositive();
    assertThat(Math.sqrt(distance / norm)).isLessThan(1e-5);
  }

  private static float[] gradient(Precision precision) {
    try (Program p = SMALL.graph(precision).training("loss")) {
      SMALL.fill(p);
      p.run();
      return p.gradients().toFloats();
    }
  }

  /** Nothing is computed by Java, whose writes a GPU would not see. */
  @Test
  void everyStepIsPortable() {
    Function<Step, String> kind = step -> step.getClass().getSimpleName();
    try (Program p = SMALL.graph(Precision.FLOAT32).training("loss").profile()) {
      SMALL.fill(p);
      p.run();
      assertThat(p.seconds(kind)).containsOnlyKeys("PortableStep");
    }
  }

  @Test
  void anUpdaterTakesTheSameSteps() {
    float[] steps = {1, -2, 0.5f};
    try (Updater adam = new Updater(Updater.Rule.ADAM, 0.9, 0.99, 1e-8, 3, Precision.FLOAT32)) {
      adam.apply(Flat.of(steps), 0.1, 0);
      assertThat(steps).containsExactly(new float[] {0.1f, -0.1f, 0.1f}, within(1e-6f));
      assertThat(adam.get(adam.names().first()).floats())
          .containsExactly(new float[] {0.1f, -0.2f, 0.05f}, within(1e-6f));
    }
  }
}
