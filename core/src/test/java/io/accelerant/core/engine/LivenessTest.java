package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** No buffer is handed on while somebody still reads it. */
class LivenessTest {
  private static final int N = 4;

  /** A random graph of N x N matrices, and beside each value the same computed naively. */
  private static final class Built {
    final Graph graph = new Graph(Precision.FLOAT64);
    final List<Value> values = new ArrayList<>();
    final List<double[]> naive = new ArrayList<>();
    final double[] start;

    Built(long seed, boolean keepAll) {
      RandomStream random = new RandomStream(seed, RandomStream.purpose("liveness"), 0, 0);
      start = new double[2 * N * N];
      Arrays.setAll(start, i -> random.nextDouble() - 0.5);
      values.add(graph.parameter("a", N, N));
      values.add(graph.parameter("b", N, N));
      naive.add(Arrays.copyOf(start, N * N));
      naive.add(Arrays.copyOfRange(start, N * N, 2 * N * N));
      for (int i = 0; i < 25; i++) {
        int x = random.nextInt(values.size());
        int y = random.nextInt(values.size());
        append(random.nextInt(10), values.get(x), values.get(y), naive.get(x), naive.get(y));
      }
      Value last = values.get(values.size() - 1).add(values.get(values.size() / 2)).tanh();
      graph.output("last", last);
      graph.output("middle", values.get(values.size() / 2));
      graph.output("loss", last.sum());
      if (keepAll) {
        for (int i = 2; i < values.size(); i++) {
          graph.output("value" + i, values.get(i));
        }
      }
    }

    private void append(int kind, Value x, Value y, double[] p, double[] q) {
      double[] r = new double[N * N];
      Value z;
      switch (kind) {
        case 0 -> {
          z = x.add(y);
          Arrays.setAll(r, i -> p[i] + q[i]);
        }
        case 1 -> {
          z = x.mul(y);
          Arrays.setAll(r, i -> p[i] * q[i]);
        }
        case 2 -> {
          z = x.matmul(y).tanh();
          Arrays.setAll(r, i -> Math.tanh(product(p, q, i / N, i % N)));
        }
        case 3 -> {
          z = x.permute(1, 0);
          Arrays.setAll(r, i -> p[i % N * N + i / N]);
        }
        case 4 -> {
          z = x.reshape(N * N / 2, 2).sin().reshape(N, N);
          Arrays.setAll(r, i -> Math.sin(p[i]));
        }
        case 5 -> {
          List<Value> halves = x.split(0, 2);
          z = graph.concat(0, halves.get(1), halves.get(0));
          Arrays.setAll(r, i -> p[(i + N * N / 2) % (N * N)]);
        }
        case 6 -> {
          z = x.sub(y.mean(true, 1));
          Arrays.setAll(r, i -> p[i] - mean(q, i / N));
        }
        case 8 -> {
          Value fourth = x.split(0, 2).get(1).split(0, 2).get(1); // a part of a part
          z = fourth.add(y);
          Arrays.setAll(r, i -> p[3 * N + i % N] + q[i]);
        }
        case 7 -> {
          z = x.stopGradient().mul(0.5).add(y);
          Arrays.setAll(r, i -> p[i] * 0.5 + q[i]);
        }
        default -> {
          z = x.slice(0, 1, 2).add(y);
          Arrays.setAll(r, i -> p[N + i % N] + q[i]);
        }
      }
      values.add(z);
      naive.add(r);
    }

    private static double product(double[] p, double[] q, int i, int j) {
      double sum = 0;
      for (int k = 0; k < N; k++) {
        sum += p[i * N + k] * q[k * N + j];
      }
      return sum;
    }

    private static double mean(double[] q, int row) {
      return Arrays.stream(q, row * N, row * N + N).sum() / N;
    }
  }

  @Property(tries = 30)
  void randomGraphsGiveTheNaiveNumbers(@ForAll long seed) {
    Built built = new Built(seed, false);
    double[] p = built.naive.get(built.naive.size() - 1);
    double[] q = built.naive.get(built.naive.size() / 2);
    double[] expected = new double[N * N];
    Arrays.setAll(expected, i -> Math.tanh(p[i] + q[i]));
    try (Program program = built.graph.forward()) {
      for (int run = 0; run < 2; run++) { // the second run finds the first one's leftovers
        program.setParameters(built.start).run();
        assertThat(program.doubles("middle")).containsExactly(q, within(1e-12));
        assertThat(program.doubles("last")).containsExactly(expected, within(1e-12));
      }
    }
  }

  @Property(tries = 15)
  void gradientsDoNotChangeWhenNoBufferIsUsedTwice(@ForAll long seed) {
    try (Program reusing = new Built(seed, false).graph.training("loss");
        Program keeping = new Built(seed, true).graph.training("loss")) {
      double[] start = new Built(seed, false).start;
      reusing.setParameters(start).run();
      keeping.setParameters(start).run();
      double[] first = reusing.gradients().toDoubles();
      double[] second = keeping.gradients().toDoubles();
      assertThat(first).containsExactly(second);
    }
  }
}
