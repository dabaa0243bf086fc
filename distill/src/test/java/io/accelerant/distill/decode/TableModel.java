package io.accelerant.distill.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A masked model of a few tokens that a test writes down; counts what it reads. */
final class TableModel implements MaskedModel {
  /** Log-probabilities of the tokens of a position of a row, MASK without. */
  @FunctionalInterface
  interface Says {
    double[] at(int[] row, int position);
  }

  private final int tokens;
  private final Says says;
  final List<Integer> rowsRead = new ArrayList<>();

  TableModel(int tokens, Says says) {
    this.tokens = tokens;
    this.says = says;
  }

  /** The exact posterior of every masked position under a law of whole rows. */
  static TableModel posterior(int tokens, int length, JointLaw law) {
    return new TableModel(
        tokens,
        (row, position) -> {
          double[] mass = new double[tokens];
          for (int[] text : texts(tokens, length)) {
            if (agrees(text, row, tokens)) {
              mass[text[position]] += law.of(text);
            }
          }
          for (int token = 0; token < tokens; token++) {
            mass[token] = StrictMath.log(mass[token]) - 3; // a constant changes no law
          }
          return mass;
        });
  }

  /** The same, each position of each row once. */
  TableModel remembering(Map<List<Integer>, double[]> said) {
    return new TableModel(
        tokens,
        (row, position) ->
            said.computeIfAbsent(
                IntStream.concat(IntStream.of(position), IntStream.of(row)).boxed().toList(),
                key -> says.at(row, position)));
  }

  /** Probability of a whole row. */
  @FunctionalInterface
  interface JointLaw {
    double of(int[] text);
  }

  /** All rows, the last position the fastest. */
  static List<int[]> texts(int tokens, int length) {
    List<int[]> texts = new ArrayList<>();
    for (int n = 0; n < StrictMath.pow(tokens, length); n++) {
      int[] text = new int[length];
      for (int i = length - 1, rest = n; i >= 0; i--, rest /= tokens) {
        text[i] = rest % tokens;
      }
      texts.add(text);
    }
    return texts;
  }

  private static boolean agrees(int[] text, int[] row, int mask) {
    for (int i = 0; i < row.length; i++) {
      if (row[i] != mask && row[i] != text[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int vocabulary() {
    return tokens + 1;
  }

  @Override
  public int maximumLength() {
    return 20;
  }

  @Override
  public Logits logits(int[][] rows) {
    rowsRead.add(rows.length);
    return (row, position, logits) -> {
      System.arraycopy(says.at(rows[row], position), 0, logits, 0, tokens);
      logits[mask()] = Double.NEGATIVE_INFINITY;
    };
  }
}
