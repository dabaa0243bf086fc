package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Program;
import io.accelerant.core.lm.TokenLaw;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.nn.CausalNetwork;
import java.util.List;

/**
 * Norms of the gradients by the matrix that turns tokens to vectors, vectors to tokens, or does
 * both, of many answers in one run.
 *
 * @param read whether the table of the tokens that are read is meant
 * @param said whether the matrix before the logits is
 */
record TableNorms(CausalNetwork network, boolean read, boolean said) {
  double[] of(AnswerPrograms programs, int batch, List<GradientNorms.Row> rows) {
    double[] norms = new double[rows.size()];
    List<String> by = read ? List.of(network.table()) : List.of();
    programs.run(
        rows,
        batch,
        by,
        (program, numbers, length) -> {
          Numbers found = new Numbers(program);
          for (int at = 0; at < numbers.size(); at++) {
            int number = numbers.get(at);
            norms[number] = found.norm(rows.get(number), at * length);
          }
        });
    return norms;
  }

  /** What a program says of a batch. */
  private final class Numbers {
    private final int width = network.width();
    private final TokenLaw law = new TokenLaw(Warp.NONE, network.vocabulary());
    private float[] rows = {};
    private float[] last = {};
    private float[] logits = {};

    Numbers(Program program) {
      if (read) {
        rows = program.rowGradients(network.table()).get(0).toFloats();
      }
      if (said) {
        last = program.floats("last");
        logits = program.floats("logits");
      }
    }

    /**
     * @param from first of the places of the row
     */
    double norm(GradientNorms.Row row, int from) {
      OuterProducts sum = new OuterProducts();
      int prompt = row.prompt().length;
      for (int i = 0; read && i < row.read(); i++) {
        int token = i < prompt ? row.prompt()[i] : row.answer()[i - prompt];
        sum.add(token, vector(rows, from + i, width));
      }
      for (int t = 0; said && t < row.answer().length; t++) {
        int at = from + prompt - 1 + t;
        sum.add(residual(at, row.answer()[t]), vector(last, at, width));
      }
      return sum.norm();
    }

    /** {@code onehot(token) - p}. */
    private double[] residual(int at, int token) {
      double[] numbers = vector(logits, at, law.vocabulary());
      law.set(numbers);
      double[] residual = new double[numbers.length];
      for (int y = 0; y < residual.length; y++) {
        residual[y] = (y == token ? 1 : 0) - StrictMath.exp(law.logP(y));
      }
      return residual;
    }

    private static double[] vector(float[] from, int row, int width) {
      double[] vector = new double[width];
      for (int i = 0; i < width; i++) {
        vector[i] = from[row * width + i];
      }
      return vector;
    }
  }
}
