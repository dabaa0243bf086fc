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

  private static final int CLASSES = Graph.MANY_CLASSES + 477;

  private static final int[] CHOSEN = {0, CLASSES - 1, 1023, 1024, 700};

  /** Logits of five rows, of which the fourth weighs nothing; more than one block a row. */
  private static double[] likelihoods(Precision precision, double[] x) {
    Graph g = new Graph(precision);
    Value logits = g.parameter("x", 5, CLASSES).mul(1);
    Value y = g.negativeLogLikelihood(logits, g.indices("chosen", 5));
    g.output("y", y);
    g.output("loss", y.mul(g.constant(new double[] {1, -2, 0.5, 0, 0.1}, 5)).sum());
    try (Program p = g.training("loss").profile()) {
      p.setParameters(x).set("chosen", CHOSEN).run();
      boolean fused = p.seconds().containsKey("negative_log_likelihood_bp");
      assertThat(fused).isEqualTo(precision == Precision.FLOAT32);
      assertThat(p.seconds().containsKey("onehot")).isNotEqualTo(fused);
      double[] both = java.util.Arrays.copyOf(p.doubles("y"), 5 + x.length);
      System.arraycopy(p.gradients().toDoubles(), 0, both, 5, x.length);
      return both;
    }
  }

  @Test
  void likelihoodsOfManyClassesAreRightForNearAndFarLogits() {
    double[] x = random(5 * CLASSES, -300, 3);
    for (int i = 0; i < CLASSES; i++) {
      x[i] *= 40; // terms far below the largest
    }
    x[CLASSES + 5] = 80; // one class takes all
    double[] narrow = likelihoods(Precision.FLOAT32, x);
    double[] wide = likelihoods(Precision.FLOAT64, x);
    for (int i = 0; i < wide.length; i++) {
      assertThat(Math.abs(narrow[i] - wide[i])).isLessThan(2e-6 * (1e-3 + Math.abs(wide[i])));
    }
  }

  @Test
  void twoThreadsShareTheRowsOfALikelihood() {
    double[] x = random(5 * CLASSES, 0, 3);
    double[] one = likelihoods(Precision.FLOAT32, x);
    try {
      Engine.setThreads(2);
      assertThat(likelihoods(Precision.FLOAT32, x)).containsExactly(one);
    } finally {
      Engine.setThreads(1);
    }
  }

  @Test
  void theGradientOfLogitsTakesTheirPlaceUnlessSomebodyReadsThemLater() {
    Flat[] gradients = new Flat[2];
    long[] bytes = new long[2];
    for (int kept = 0; kept < 2; kept++) {
      Graph g = new Graph(Precision.FLOAT32);
      Value logits = g.parameter("x", 64, 2).matmul(g.parameter("w", 2, CLASSES));
      g.output("loss", g.negativeLogLikelihood(logits, g.indices("chosen", 64)).sum());
      if (kept == 1) {
        g.output("logits", logits);
      }
      try (Program p = g.training("loss")) {
        p.setParameters(random(p.parameters().size(), 0, 1)).run();
        p.run();
        bytes[kept] = p.nativeBytes();
        gradients[kept] = p.gradients();
      }
    }
    assertThat(gradients[0].floats()).containsExactly(gradients[1].floats());
    assertThat(bytes[1] - bytes[0]).isEqualTo(4L * 64 * CLASSES);
    assertThat(bytes[0]).isLessThan(2 * 4L * 64 * CLASSES);
  }

  @Test
  void aTokenOutsideOfManyClassesIsRefusedByItsRow() {
    Graph g = new Graph(Precision.FLOAT32);
    g.output("y", g.negativeLogLikelihood(g.input("x", 2, CLASSES), g.indices("chosen", 2)));
    try (Program p = g.forward()) {
      p.set("chosen", new int[] {3, CLASSES});
      org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
          .isThrownBy(p::run)
          .withMessageContaining("token 1 of a negative log likelihood is " + CLASSES);
    }
  }

  @Test
  void rowsOfAProductAreThoseOfTheWholeAndCostNoMore() {
    double[] x = random(8 * 6 + 6 * 40 + 40, 0, 1);
    int[] chosen = {7, 0, 7};
    Graph g = new Graph(Precision.FLOAT32);
    Value product =
        g.parameter("x", 8, 6).matmul(g.parameter("w", 6, 40)).add(g.parameter("b", 40));
    g.output("rows", g.rows(product.reshape(2, 4, 40).reshape(8, 40), g.indices("chosen", 3)));
    Graph whole = new Graph(Precision.FLOAT32);
    whole.output(
        "all",
        whole
            .parameter("x", 8, 6)
            .matmul(whole.parameter("w", 6, 40))
            .add(whole.parameter("b", 40)));
    try (Program some = g.forward();
        Program all = whole.forward()) {
      some.setParameters(x).set("chosen", chosen).run();
      all.setParameters(x).run();
      for (int i = 0; i < chosen.length; i++) {
        float[] row = java.util.Arrays.copyOfRange(some.floats("rows"), i * 40, i * 40 + 40);
        float[] same =
            java.util.Arrays.copyOfRange(all.floats("all"), chosen[i] * 40, chosen[i] * 40 + 40);
        assertThat(row).containsExactly(same, org.assertj.core.api.Assertions.within(1e-5f));
      }
      assertThat(some.nativeBytes() - 4L * x.length).isLessThan(4L * 8 * 40);
      some.set("chosen", new int[] {1, 8, 2});
      org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
          .isThrownBy(some::run)
          .withMessageContaining("row 1 to take is 8, must be in 0..7");
    }
  }

  /** Of seven rows three, which seven parts do not divide. */
  @Test
  void gradientsOfFewRowsAreAddedWhereTheyWereTaken() {
    double[] slope = random(3 * 5, 0, 1);
    int[] chosen = {6, 0, 6};
    Graph g = new Graph(Precision.FLOAT32);
    Value some = g.rows(g.parameter("x", 7, 5), g.indices("chosen", 3));
    g.output("loss", some.mul(g.constant(slope, 3, 5)).sum());
    double[] expected = new double[7 * 5];
    for (int i = 0; i < slope.length; i++) {
      expected[chosen[i / 5] * 5 + i % 5] += slope[i];
    }
    try (Program p = g.training("loss")) {
      p.setParameters(random(7 * 5, 0, 1)).set("chosen", chosen).run();
      assertThat(p.gradients().toDoubles())
          .containsExactly(expected, org.assertj.core.api.Assertions.within(1e-6));
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
