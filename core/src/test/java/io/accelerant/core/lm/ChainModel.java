package io.accelerant.core.lm;

import java.util.Arrays;

/**
 * A chain over a few tokens, so small that all its texts can be counted. Tokens 0, 1, 2, the end 3
 * and a start 4, which no text holds. After some tokens the end is certain.
 */
final class ChainModel implements CausalModel {
  static final int END = 3;
  static final int START = 4;
  static final int[] PROMPT = {START};

  /** Rows 0, 1, 2, start; columns 0, 1, 2, end. */
  static final double[][] LAW = {
    {.10, .55, .20, .15}, {.25, .05, .45, .25}, {.60, .10, .05, .25}, {.5, .3, .2, 0}
  };

  private final int horizon;
  int positions;

  /**
   * @param horizon tokens after which only the end comes
   */
  ChainModel(int horizon) {
    this.horizon = horizon;
  }

  /** Probability of a token after another, at a place of the answer. */
  double probability(int before, int place, int token) {
    if (place == horizon) {
      return token == END ? 1 : 0;
    }
    return token == START ? 0 : LAW[before == START ? 3 : before][token];
  }

  @Override
  public int vocabulary() {
    return 5;
  }

  @Override
  public int maximumLength() {
    return 100;
  }

  @Override
  public Continuation read(int[][] prompts) {
    int[] last = Arrays.stream(prompts).mapToInt(p -> p[p.length - 1]).toArray();
    return new Rows(last);
  }

  private final class Rows implements Continuation {
    private int[] last;
    private int place;

    Rows(int[] last) {
      this.last = last;
    }

    @Override
    public int rows() {
      return last.length;
    }

    @Override
    public void logits(int row, double[] logits) {
      for (int token = 0; token < logits.length; token++) {
        logits[token] = StrictMath.log(probability(last[row], place, token)) + 7;
      }
    }

    @Override
    public void append(int[] tokens) {
      last = tokens.clone();
      place++;
      positions += tokens.length;
    }

    @Override
    public void keep(int[] rows) {
      last = Arrays.stream(rows).map(row -> last[row]).toArray();
    }
  }
}
