package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What generation stands on: at these heights, a row does not change with the others. */
class ProductRowsTest {
  /** Below, at and beyond the blocks of a sum; whole, wide and narrow remainders of columns. */
  private static final int[] DEPTHS = {1, 27, 256, 257, 513, 1201};

  private static final int[] COLUMNS = {5, 8, 16, 25, 95, 700};

  private static double[] random(int n, int item) {
    RandomStream stream = new RandomStream(7, RandomStream.purpose("test.rows"), item, 0);
    double[] numbers = new double[n];
    Arrays.setAll(numbers, i -> (float) stream.nextGaussian());
    return numbers;
  }

  private static double[] product(
      Graph graph, double[] x, double[] w, int rows, int in, boolean transposed) {
    int out = w.length / in;
    int[] shape = transposed ? new int[] {out, in} : new int[] {in, out};
    Value matrix = graph.parameter("w", shape);
    graph.output("y", graph.input("x", rows, in).matmul(matrix, false, transposed));
    try (Program program = graph.forward()) {
      program.setParameters(w).set("x", Arrays.copyOf(x, rows * in)).run();
      return program.doubles("y");
    }
  }

  private static double[] alike(double[] x, double[] w, int rows, int in, boolean transposed) {
    return product(new Graph(Precision.FLOAT32), x, w, rows, in, transposed);
  }

  @Test
  void aRowHasTheSameBitsAmongFourSixteenAndSixtyFour() throws IOException {
    assumeTrue(Avx2.isTheKernel(), "promised of oneDNN's AVX2 kernels");
    for (int in : DEPTHS) {
      double[] x = random(64 * in, 0);
      for (int out : COLUMNS) {
        double[] w = random(in * out, 1);
        for (boolean transposed : new boolean[] {false, true}) {
          double[] many = alike(x, w, 64, in, transposed);
          assertThat(product(new Graph(Precision.FLOAT32).fewRows(), x, w, 4, in, transposed))
              .as("few rows, %d x %d", in, out)
              .isEqualTo(Arrays.copyOf(many, 4 * out));
          for (int rows : new int[] {4, 16}) {
            assertThat(alike(x, w, rows, in, transposed))
                .as("%d rows, %d x %d", rows, in, out)
                .isEqualTo(Arrays.copyOf(many, rows * out));
          }
          double[] last = Arrays.copyOfRange(x, 60 * in, 64 * in);
          assertThat(alike(last, w, 4, in, transposed))
              .isEqualTo(Arrays.copyOfRange(many, 60 * out, 64 * out));
        }
      }
    }
  }
}
