package io.accelerant.selection.lead;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What a model makes of the test rows that are what they seem, by task.
 *
 * @param losses sum over rows of each row's mean nats a token of its answer
 * @param rows how many there are
 * @param right likeliest answers that are right
 * @param answered how many were given
 */
record Judged(double[] losses, long[] rows, long[] right, long[] answered) implements Serializable {
  /** Of a model that nobody asked about. */
  static final Judged NOTHING = new Judged(new double[0], new long[0], new long[0], new long[0]);

  /** Mean over all rows of each row's mean nats a token. */
  double loss() {
    return Arrays.stream(losses).sum() / Arrays.stream(rows).sum();
  }

  /**
   * Share of right answers in some tasks; NaN if none was given.
   *
   * @param tasks by number
   */
  double accuracy(IntPredicate tasks) {
    double of = IntStream.range(0, rows.length).filter(tasks).mapToLong(t -> answered[t]).sum();
    return IntStream.range(0, rows.length).filter(tasks).mapToLong(t -> right[t]).sum() / of;
  }

  /** Share of right answers in all tasks. */
  double accuracy() {
    return accuracy(task -> true);
  }
}
