package io.accelerant.distill.decode.compare;

import java.util.Arrays;

/**
 * What points cost and got, prompt by prompt.
 *
 * @param evaluations {@code [points][prompts]}
 * @param correct {@code [points][prompts]}
 */
public record Outcomes(int[][] evaluations, boolean[][] correct) {
  /**
   * @throws IllegalArgumentException if there is no point or no prompt, or shapes differ
   */
  public Outcomes {
    int prompts = evaluations.length == 0 ? 0 : evaluations[0].length;
    boolean same =
        evaluations.length == correct.length
            && Arrays.stream(evaluations).allMatch(row -> row.length == prompts)
            && Arrays.stream(correct).allMatch(row -> row.length == prompts);
    if (prompts == 0 || !same) {
      throw new IllegalArgumentException("outcomes are points by prompts, at least one of each");
    }
  }

  public int prompts() {
    return evaluations[0].length;
  }

  /** Of all prompts alike. */
  public Frontier frontier() {
    int[] once = new int[prompts()];
    Arrays.fill(once, 1);
    return frontier(once);
  }

  /**
   * Of prompts that count several times, or not at all.
   *
   * @param times {@code [prompts]}, a positive sum
   */
  public Frontier frontier(int[] times) {
    int points = evaluations.length;
    double total = Arrays.stream(times).asLongStream().sum();
    double[] means = new double[points];
    double[] match = new double[points];
    for (int k = 0; k < points; k++) {
      long cost = 0;
      long right = 0;
      for (int i = 0; i < times.length; i++) {
        cost += (long) times[i] * evaluations[k][i];
        right += correct[k][i] ? times[i] : 0;
      }
      means[k] = cost / total;
      match[k] = right / total;
    }
    return Frontier.of(means, match);
  }
}
