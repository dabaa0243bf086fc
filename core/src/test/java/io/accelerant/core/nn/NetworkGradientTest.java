package io.accelerant.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.GradientCheck;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network: its gradient against differences, float32 against float64. */
class NetworkGradientTest {
  private static final System.Logger LOG = System.getLogger("gradient");
  private static final int SAMPLE = 16;
  private static final double STEP = 1e-5;

  static Stream<Arguments> networks() {
    return Examples.all().entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  private static Program training(NetworkSpec spec, Precision precision) {
    BatchShape shape = Examples.shape(spec);
    Program program = new Examples.Usual(spec).training(precision, shape);
    Examples.fill(program, spec, shape, true);
    program.setParameters(Examples.parameters(program.parameters()));
    return program;
  }

  /** Worst error of each tensor over at most {@link #SAMPLE} of its elements. */
  private static Map<String, Double> errors(Program program) {
    program.run();
    double[] gradient = program.gradients().doubles();
    assertThat(Arrays.stream(gradient).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
    double[] at = Examples.parameters(program.parameters());
    Map<String, Double> errors = new LinkedHashMap<>();
    for (Layout.Tensor t : program.differentiated().tensors()) {
      int from = program.parameters().find(t.name()).offset();
      double[] numbers = Arrays.copyOfRange(at, from, from + t.size());
      RandomStream pick = Examples.stream("pick " + t.name());
      double worst = 0;
      for (int n = 0; n < Math.min(SAMPLE, t.size()); n++) {
        int i = t.size() <= SAMPLE ? n : pick.nextInt(t.size());
        double x = numbers[i];
        double up = loss(program, t.name(), numbers, i, x + STEP);
        double down = loss(program, t.name(), numbers, i, x - STEP);
        numbers[i] = x;
        double error = Math.abs((up - down) / (2 * STEP) - gradient[t.offset() + i]);
        worst = error <= worst ? worst : error; // NaN stays
      }
      program.set(t.name(), numbers);
      errors.put(t.name(), worst);
    }
    return errors;
  }

  private static double loss(Program program, String name, double[] numbers, int i, double x) {
    numbers[i] = x;
    program.set(name, numbers);
    program.run();
    return program.scalar("loss");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void gradientIsThatOfFiniteDifferences(String name, NetworkSpec spec) {
    try (Program program = training(spec, Precision.FLOAT64)) {
      Map<String, Double> errors = errors(program);
      double worst = errors.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      LOG.log(System.Logger.Level.INFO, Text.of("%-45s %.1e", name, worst));
      assertThat(errors)
          .allSatisfy((p, e) -> assertThat(e).as(p).isLessThan(GradientCheck.TOLERANCE));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void float32AgreesWithFloat64(String name, NetworkSpec spec) {
    try (Program narrow = training(spec, Precision.FLOAT32);
        Program wide = training(spec, Precision.FLOAT64)) {
      narrow.run();
      wide.run();
      assertThat(narrow.scalar("loss") / wide.scalar("loss")).isCloseTo(1, within(5e-6));
      double[] g = wide.gradients().doubles();
      double[] h = narrow.gradients().toDoubles();
      double norm = Math.sqrt(Arrays.stream(g).map(x -> x * x).sum());
      double difference = 0;
      for (int i = 0; i < g.length; i++) {
        difference += (g[i] - h[i]) * (g[i] - h[i]);
      }
      assertThat(Math.sqrt(difference) / norm).isLessThan(1e-5);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void predictsOnWhatTrainingNeeds(String name, NetworkSpec spec) {
    BatchShape shape = Examples.shape(spec);
    try (Program program = spec.forward(Precision.FLOAT64, shape)) {
      Examples.fill(program, spec, shape, false);
      program.setParameters(Examples.parameters(program.parameters()));
      program.run();
      boolean classes = spec.config().containsKey("vocab_size") || spec instanceof MlpClassifier;
      String output = classes ? "logits" : "prediction";
      assertThat(program.doubles(output)).isNotEmpty().doesNotContain(Double.NaN);
      assertThat(program.parameters()).isEqualTo(spec.layout());
    }
  }
}
