package io.accelerant.distill.decode;

import io.accelerant.core.lm.TokenLaw;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Positions, those of the highest scores first; of equal ones the first in the row.
 *
 * @param positions by rank
 * @param scores of each, falling
 */
record Ranking(int[] positions, double[] scores) {
  /** Whether a position is committed together with those before it. */
  @FunctionalInterface
  interface Passes {
    /**
     * @param rank from 0
     */
    boolean at(int rank, double score);
  }

  /** Of positions that rise. */
  static Ranking of(int[] positions, IntToDoubleFunction score) {
    double[] scores = Arrays.stream(positions).mapToDouble(score).toArray();
    int[] order =
        IntStream.range(0, positions.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer k) -> scores[k]).reversed())
            .mapToInt(k -> k)
            .toArray();
    return new Ranking(
        Arrays.stream(order).map(k -> positions[k]).toArray(),
        Arrays.stream(order).mapToDouble(k -> scores[k]).toArray());
  }

  /** Of the open positions of a row. */
  static Ranking of(MaskedRow row, ToDoubleFunction<TokenLaw> score) {
    return of(row.open(), i -> score.applyAsDouble(row.law(i)));
  }

  /** The positions of the highest scores. */
  int[] first(int count) {
    return Arrays.copyOf(positions, count);
  }

  /** Number of those that pass before the first that does not. */
  int passing(Passes passes) {
    int count = 0;
    while (count < scores.length && passes.at(count, scores[count])) {
      count++;
    }
    return count;
  }

  /** Commits those that pass before the first that does not, but at least one. */
  UnmaskRule.Commit commit(MaskedRow row, Passes passes) {
    return UnmaskRule.Commit.drawn(row, first(Math.max(1, passing(passes))));
  }
}
