package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Why some operations are not offered: measured again, so that the list stays true. */
class RefusedOperationsTest {
  @Test
  void theListSaysWhatToUseInstead() {
    System.err.println("refused operation: reason; instead");
    for (RefusedOperations.Refused r : RefusedOperations.ALL) {
      System.err.printf(Locale.ROOT, "%s: %s; %s%n", r.name(), r.reason(), r.instead());
      assertThat(r.reason()).isNotBlank();
      assertThat(r.instead()).isNotBlank();
    }
  }

  @Test
  void whatIsRefusedIsStillWrong() {
    Map<String, String> found = new TreeMap<>();
    found.put("mean, which is offered", error((g, x) -> g.sd.mean(x, 1), 2));
    found.put("variance", error((g, x) -> g.sd.variance(x, false, 1), 2));
    found.put("cumsum", error((g, x) -> g.sd.cumsum(x, 1), 2, 3));
    found.put("preciseGelu", error((g, x) -> g.sd.nn().preciseGelu(x), 2, 3));
    found.put("nn.logSoftmax", error((g, x) -> g.sd.nn().logSoftmax(x, 1), 2, 3));
    found.put("math.logSumExp", error((g, x) -> g.sd.math().logSumExp(x, 1), 2));
    found.put("where", error((g, x) -> g.sd.where(x, x.mul(2), g.sd.gt(x, 1.0)), 2, 3));
    found.put("gather", error((g, x) -> g.sd.gather(x, new int[] {1, 0}, 1), 2, 2));
    found.put(
        "loss.meanSquaredError",
        error((g, x) -> g.sd.loss().meanSquaredError(x.mul(0.5), x, null), new int[0]));
    System.err.println("measured again: " + found);
    assertThat(found.remove("mean, which is offered")).isEqualTo("right");
    assertThat(found.values()).doesNotContain("right");
  }

  /** What SameDiff's own session says of {@code 0.37 sum(w f(x))} and its gradient. */
  private static String error(BiFunction<Graph, SDVariable, SDVariable> f, int... shape) {
    Graph g = new Graph(Precision.FLOAT64);
    Value x = g.parameter("x", 2, 3);
    double[] weights = {0.3, -0.7, 1.1, 0.2, -0.4, 0.9};
    SameDiff sd = g.sd;
    try {
      SDVariable w =
          sd.constant(
              Nd4j.createFromArray(Arrays.copyOf(weights, Shapes.size(shape)))
                  .reshape(Shapes.longs(shape)));
      SDVariable loss = f.apply(g, x.variable).mul(w).sum().mul(0.37);
      sd.setLossVariables(loss.name());
      Gradient.quietly(() -> sd.createGradFunction("x"));
      double[] at = {0.6, 1.3, 0.9, 1.6, 0.7, 1.2};
      double[] gradient =
          sd.calculateGradients(Map.of("x", array(at)), "x").get("x").dup('c').data().asDouble();
      double worst = 0;
      for (int i = 0; i < at.length; i++) {
        double difference = (value(sd, loss, at, i, 1e-5) - value(sd, loss, at, i, -1e-5)) / 2e-5;
        worst = Math.max(worst, Math.abs(difference - gradient[i]));
      }
      return worst < GradientCheck.TOLERANCE ? "right" : Text.of("off by %.1e", worst);
    } catch (RuntimeException e) {
      return "throws " + e.getClass().getSimpleName();
    }
  }

  private static double value(SameDiff sd, SDVariable loss, double[] at, int i, double step) {
    double[] moved = at.clone();
    moved[i] += step;
    return sd.output(Map.of("x", array(moved)), loss.name()).get(loss.name()).getDouble(0);
  }

  private static INDArray array(double[] numbers) {
    return Nd4j.createFromArray(numbers).reshape(2, 3);
  }
}
