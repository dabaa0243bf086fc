package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A small policy with prompts and answers of several lengths for tests. */
final class Rollouts {
  static final int TOKENS = 6;
  static final int LONGEST = 9;
  static final Transformer NETWORK = Transformer.gpt2(TOKENS, LONGEST, 8, 1, 2);

  /** Prompts of 1 to 3 tokens with answers of 1 to 5. */
  static final List<GradientNorms.Row> ROWS =
      IntStream.range(0, 7).mapToObj(i -> row(i, 1 + i % 3, 1 + (i * 3) % 5)).toList();

  private Rollouts() {}

  private static GradientNorms.Row row(int id, int prompt, int answer) {
    return new GradientNorms.Row(
        IntStream.range(0, prompt).map(j -> (id * 3 + j * j + j) % TOKENS).toArray(),
        IntStream.range(0, answer).map(j -> (id + j * j + 1) % TOKENS).toArray());
  }

  /** Numbers large enough that logits differ, also what starts at zero. */
  static Flat parameters(NetworkSpec network) {
    RandomStream stream = new RandomStream(2, RandomStream.purpose("test.policy"), 0, 0);
    double[] numbers = network.initial(3);
    return Flat.of(
        Precision.FLOAT64,
        Arrays.stream(numbers).map(x -> 8 * x + .1 * stream.nextGaussian()).toArray());
  }

  /** Log-probabilities of answers, row by row, in float64. */
  static double[][] logP(NetworkSpec network, Flat parameters, List<GradientNorms.Row> rows) {
    try (Program program = network.forward(Precision.FLOAT64, BatchShape.of(1, LONGEST))) {
      program.setParameters(parameters);
      return rows.stream().map(row -> logP(program, row)).toArray(double[][]::new);
    }
  }

  private static double[] logP(Program program, GradientNorms.Row row) {
    int[] tokens = Arrays.copyOf(row.prompt(), LONGEST);
    System.arraycopy(row.answer(), 0, tokens, row.prompt().length, row.answer().length);
    program.set("tokens", tokens).run();
    double[] logits = program.doubles("logits");
    double[] logP = new double[row.answer().length];
    for (int t = 0; t < logP.length; t++) {
      int from = (row.prompt().length + t - 1) * TOKENS;
      double sum = 0;
      for (int y = 0; y < TOKENS; y++) {
        sum += Math.exp(logits[from + y]);
      }
      logP[t] = logits[from + row.answer()[t]] - Math.log(sum);
    }
    return logP;
  }
}
