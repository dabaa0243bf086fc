package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Kernels of our own against the float64 primitives, over wide ranges and awkward sizes. */
class KernelTest {
  @Test
  void geluTanhIsRightFromEndToEnd() {
    int n = 4099;
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (24.0 * i / (n - 1) - 12);
    }
    double[] narrow = resultAndGradient(Precision.FLOAT32, x, n, v -> v.geluTanh());
    double[] wide = resultAndGradient(Precision.FLOAT64, x, n, v -> v.geluTanh());
    for (int i = 0; i < wide.length; i++) {
      assertThat(Math.abs(narrow[i] - wide[i])).isLessThan(2e-6 * (1 + Math.abs(wide[i])));
    }
  }

  @Test
  void normsAreRightForRowsFarFromZeroAndManyRows() {
    double[] x = random(131 * 67, 40, 3);
    compareNorm(x, v -> v.layerNorm(weight(v, "gain", 67), weight(v, "bias", 67), 1e-5), 2e-5);
    compareNorm(x, v -> v.rmsNorm(weight(v, "gain", 67), 1e-5), 2e-5);
  }

  private static void compareNorm(double[] x, Function<Value, Value> norm, double tolerance) {
    double[] narrow = resultAndGradient(Precision.FLOAT32, x, 67, norm);
    double[] wide = resultAndGradient(Precision.FLOAT64, x, 67, norm);
    double largest = 0;
    for (double w : wide) {
      largest = Math.max(largest, Math.abs(w));
    }
    for (int i = 0; i < wide.length; i++) {
      assertThat(Math.abs(narrow[i] - wide[i])).isLessThan(tolerance * largest);
    }
  }

  private static Value weight(Value v, String name, int width) {
    return v.graph.parameter(name, width);
  }

  /** Result, then the gradient of the result's weighted sum, all parameters included. */
  private static double[] resultAndGradient(
      Precision precision, double[] x, int width, Function<Value, Value> f) {
    Graph g = new Graph(precision);
    int rows = x.length / width;
    Value y = f.apply(g.parameter("x", rows, width));
    g.output("y", y);
    g.output("loss", y.mul(g.constant(random(x.length, 0, 1), rows, width)).sum());
    try (Program p = g.training("loss")) {
      double[] all = random(p.parameters().size(), 1, 0.3);
      System.arraycopy(x, 0, all, 0, x.length);
      p.setParameters(all).run();
      double[] gradient = new double[all.length];
      p.gradients(gradient);
      double[] both = java.util.Arrays.copyOf(p.doubles("y"), x.length + all.length);
      System.arraycopy(gradient, 0, both, x.length, all.length);
      return both;
    }
  }

  private static double[] random(int n, double mean, double deviation) {
    RandomStream stream = new RandomStream(9, RandomStream.purpose("kernel-test"), n, 0);
    double[] numbers = new double[n];
    java.util.Arrays.setAll(numbers, i -> (float) (mean + deviation * stream.nextGaussian()));
    return numbers;
  }
}
