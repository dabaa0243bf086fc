package io.accelerant.distill.decode.compare;

import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.RuleKind;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What decoders cost and got on the same prompts; a point is a decoder.
 *
 * @param prompts ids
 * @param evaluations {@code [points][prompts]}: forwards of the row
 * @param rowsRead {@code [points][prompts]}: rows that these read, more if the rule looks ahead
 * @param untilEnd {@code [points][prompts]}: forwards until the answer was there up to its end; all
 *     of them if it has none
 * @param correct {@code [points][prompts]}, by the checker of the prompts
 * @param tokens {@code [points][prompts]}: those of the answer
 * @param seconds {@code [points]}: in tasks, all prompts together; all but this is reproducible
 */
public record Compared(
    List<Decoder> points,
    long[] prompts,
    int[][] evaluations,
    int[][] rowsRead,
    int[][] untilEnd,
    boolean[][] correct,
    int[][][] tokens,
    double[] seconds)
    implements Serializable {
  /**
   * The same, but right is the text that one position a forward wrote, up to its end.
   *
   * @throws IllegalArgumentException if that was not compared
   */
  public Compared agreeing(Tokenizer tokenizer) {
    int[] slow = pointsOf(List.of(RuleKind.ONE_PER_STEP));
    if (slow.length == 0) {
      throw new IllegalArgumentException("there is nothing to agree with");
    }
    boolean[][] agrees = new boolean[points.size()][prompts.length];
    for (int i = 0; i < prompts.length; i++) {
      String text = tokenizer.decode(tokens[slow[0]][i]);
      for (int point = 0; point < agrees.length; point++) {
        agrees[point][i] = tokenizer.decode(tokens[point][i]).equals(text);
      }
    }
    return new Compared(points, prompts, evaluations, rowsRead, untilEnd, agrees, tokens, seconds);
  }

  /** Share of right answers of a point. */
  public double exactMatch(int point) {
    int right = 0;
    for (boolean one : correct[point]) {
      right += one ? 1 : 0;
    }
    return right / (double) prompts.length;
  }

  /** Mean over prompts of what a point has of one of the counts. */
  public static double mean(int[] counts) {
    return Arrays.stream(counts).asLongStream().sum() / (double) counts.length;
  }

  /** Mean forwards of a point. */
  public double evaluations(int point) {
    return mean(evaluations[point]);
  }

  /** Points of these rules, in their order. */
  public int[] pointsOf(Collection<RuleKind> rules) {
    return IntStream.range(0, points.size())
        .filter(point -> rules.contains(points.get(point).rule()))
        .toArray();
  }

  /** All rules, in their order. */
  public List<RuleKind> rules() {
    return points.stream().map(Decoder::rule).distinct().toList();
  }

  /** Of all points, for frontiers. */
  public Outcomes outcomes() {
    return new Outcomes(evaluations, correct);
  }

  /**
   * Of some points, for frontiers.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Outcomes outcomes(int[] some) {
    return new Outcomes(
        Arrays.stream(some).mapToObj(point -> evaluations[point]).toArray(int[][]::new),
        Arrays.stream(some).mapToObj(point -> correct[point]).toArray(boolean[][]::new));
  }
}
