package io.accelerant.distill.decode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * One of two Markov chains of three tokens, whichever was drawn: its exact posterior is a masked
 * model, by enumeration, and what that must say is known again from products of matrices. In a
 * single chain a known token makes both sides independent, so that much is equal up to rounding.
 */
final class Chain {
  static final int TOKENS = 3;
  static final int M = TOKENS;

  /** Probability of a chain, law of its first token, laws of the next ones. */
  private record Part(double weight, double[] start, double[][] next) {
    double of(int[] text) {
      double product = weight * start[text[0]];
      for (int i = 1; i < text.length; i++) {
        product *= next[text[i - 1]][text[i]];
      }
      return product;
    }

    /** Of each token at each position, together with all that is not masked. */
    double[][] joint(int[] row) {
      int n = row.length;
      double[][] before = new double[n][];
      double[][] behind = new double[n][];
      for (int i = 0; i < n; i++) {
        before[i] = seen(i == 0 ? start : times(before[i - 1], next), row[i]);
      }
      for (int i = n - 1; i >= 0; i--) {
        behind[i] =
            i == n - 1 ? new double[] {1, 1, 1} : times(next, seen(behind[i + 1], row[i + 1]));
      }
      return IntStream.range(0, n)
          .mapToObj(
              i ->
                  IntStream.range(0, TOKENS)
                      .mapToDouble(a -> weight * before[i][a] * behind[i][a])
                      .toArray())
          .toArray(double[][]::new);
    }
  }

  private static final Part[] PARTS = {
    new Part(
        .7,
        new double[] {.51, .3, .19},
        new double[][] {{.07, .83, .1}, {.22, .13, .65}, {.47, .02, .51}}),
    new Part(
        .3,
        new double[] {.21, .33, .46},
        new double[][] {{.61, .08, .31}, {.12, .77, .11}, {.25, .58, .17}})
  };

  /** Rows of all lengths. */
  private static final Map<List<Integer>, double[]> SAID = new ConcurrentHashMap<>();

  private Chain() {}

  /** Probability of a row. */
  static double of(int[] text) {
    return Arrays.stream(PARTS).mapToDouble(part -> part.of(text)).sum();
  }

  static TableModel posterior(int length) {
    return TableModel.posterior(TOKENS, length, Chain::of).remembering(SAID);
  }

  /** Law of every position of a row given what is not masked. */
  static double[][] marginals(int[] row) {
    double[][] sum = new double[row.length][TOKENS];
    for (Part part : PARTS) {
      double[][] joint = part.joint(row);
      for (int i = 0; i < row.length; i++) {
        for (int a = 0; a < TOKENS; a++) {
          sum[i][a] += joint[i][a];
        }
      }
    }
    return Arrays.stream(sum)
        .map(law -> Arrays.stream(law).map(p -> p / Arrays.stream(law).sum()).toArray())
        .toArray(double[][]::new);
  }

  private static double[] seen(double[] law, int token) {
    return IntStream.range(0, TOKENS)
        .mapToDouble(a -> token == M || token == a ? law[a] : 0)
        .toArray();
  }

  private static double[] times(double[] row, double[][] matrix) {
    return IntStream.range(0, TOKENS)
        .mapToDouble(b -> IntStream.range(0, TOKENS).mapToDouble(a -> row[a] * matrix[a][b]).sum())
        .toArray();
  }

  private static double[] times(double[][] matrix, double[] column) {
    return Arrays.stream(matrix)
        .mapToDouble(row -> IntStream.range(0, TOKENS).mapToDouble(b -> row[b] * column[b]).sum())
        .toArray();
  }

  static int likeliest(double[] law) {
    return IntStream.range(0, law.length)
        .reduce((best, a) -> law[a] > law[best] ? a : best)
        .orElseThrow();
  }

  static double confidence(double[] law) {
    return Arrays.stream(law).max().orElseThrow();
  }

  static double entropy(double[] law) {
    return Arrays.stream(law).map(p -> p == 0 ? 0 : -p * StrictMath.log(p)).sum();
  }

  /** {@code ln p(1) - ln p(2)}. */
  static double logitMargin(double[] law) {
    double[] sorted = Arrays.stream(law).sorted().toArray();
    return StrictMath.log(sorted[TOKENS - 1] / sorted[TOKENS - 2]);
  }
}
