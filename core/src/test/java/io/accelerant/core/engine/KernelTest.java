package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.util.List;
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

  @Test
  void permutationsAndJoinsMoveEveryElement() {
    int[] shape = {2, 3, 4, 16};
    double[] x = random(2 * 3 * 4 * 16, 0, 1);
    for (int[] order :
        new int[][] {
          {1, 0, 2, 3}, {2, 1, 0, 3}, {2, 0, 1, 3}, {1, 2, 0, 3}, {0, 2, 1, 3}, {3, 1, 2, 0}
        }) {
      Graph g = new Graph(Precision.FLOAT32);
      Value p = g.parameter("x", shape);
      g.output("y", p.permute(order));
      List<Value> halves = p.split(0, 2);
      g.output("swapped", g.concat(0, halves.get(1), halves.get(0)));
      g.output("second", p.slice(0, 1, 2));
      try (Program program = g.forward()) {
        program.setParameters(x).run();
        double[] y = program.doubles("y");
        int[] at = new int[4];
        for (double element : y) {
          int from = 0;
          for (int axis = 0; axis < 4; axis++) {
            int index = at[indexOf(order, axis)];
            from = from * shape[axis] + index;
          }
          assertThat(element).isEqualTo(x[from]);
          next(at, program.shape("y"));
        }
        double[] swapped = program.doubles("swapped");
        for (int i = 0; i < x.length; i++) {
          assertThat(swapped[i]).isEqualTo(x[(i + x.length / 2) % x.length]);
        }
        assertThat(program.doubles("second"))
            .containsExactly(java.util.Arrays.copyOfRange(x, x.length / 2, x.length));
      }
    }
  }

  private static int indexOf(int[] order, int axis) {
    for (int i = 0; i < order.length; i++) {
      if (order[i] == axis) {
        return i;
      }
    }
    throw new AssertionError(axis);
  }

  /** The row-major successor of an index. */
  private static void next(int[] at, int[] shape) {
    for (int i = shape.length - 1; i >= 0 && ++at[i] == shape[i]; i--) {
      at[i] = 0;
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
      double[] gradient = p.gradients().toDoubles();
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
