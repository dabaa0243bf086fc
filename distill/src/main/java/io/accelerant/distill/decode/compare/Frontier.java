package io.accelerant.distill.decode.compare;

import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The points that no other beats: for at most so many evaluations the most right answers. Both rise
 * strictly.
 *
 * @param evaluations mean over prompts
 * @param match share of right answers
 * @param points number of each among those that it was made of
 */
public record Frontier(double[] evaluations, double[] match, int[] points) {
  /**
   * Of points in any order.
   *
   * @throws IllegalArgumentException if there is none, or as many of one as not of the other
   */
  public static Frontier of(double[] evaluations, double[] match) {
    if (evaluations.length == 0 || evaluations.length != match.length) {
      throw new IllegalArgumentException("a frontier needs points of two numbers");
    }
    int[] order =
        IntStream.range(0, match.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> evaluations[i])
                    .thenComparingDouble(i -> -match[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] fewest = new double[order.length];
    double[] most = new double[order.length];
    int[] points = new int[order.length];
    int count = 0;
    for (int i : order) {
      if (count == 0 || match[i] > most[count - 1]) {
        points[count] = i;
        fewest[count] = evaluations[i];
        most[count++] = match[i];
      }
    }
    return new Frontier(
        Arrays.copyOf(fewest, count), Arrays.copyOf(most, count), Arrays.copyOf(points, count));
  }

  /** The most right answers of any point. */
  public double bestMatch() {
    return match[match.length - 1];
  }

  /** The most right answers of points of at most so many evaluations; NaN if there is none. */
  public double matchWithin(double most) {
    double best = Double.NaN;
    for (int i = 0; i < match.length && evaluations[i] <= most; i++) {
      best = match[i];
    }
    return best;
  }

  /**
   * Evaluations at which a share of right answers is reached, linear between points: two decoders,
   * each for a part of the prompts, have that mean. Those of the first point for any share below
   * its own; empty for a share that no point reaches.
   */
  public OptionalDouble evaluationsAt(double wanted) {
    int i = 0;
    while (i < match.length && match[i] < wanted) {
      i++;
    }
    if (i == match.length) {
      return OptionalDouble.empty();
    }
    if (i == 0) {
      return OptionalDouble.of(evaluations[0]);
    }
    double part = (wanted - match[i - 1]) / (match[i] - match[i - 1]);
    return OptionalDouble.of(evaluations[i - 1] + part * (evaluations[i] - evaluations[i - 1]));
  }
}
