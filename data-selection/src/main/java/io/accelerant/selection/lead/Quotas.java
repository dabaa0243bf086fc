package io.accelerant.selection.lead;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How many rows of each task a round takes. */
final class Quotas {
  private Quotas() {}

  /** Rows of a round where a budget is shared out to rounds: they sum to it, and differ by one. */
  static long size(long budget, int rounds, int round) {
    return share(budget, rounds, round + 1L) - share(budget, rounds, round);
  }

  private static long share(long budget, int rounds, long done) {
    return Math.multiplyExact(done, budget) / rounds;
  }

  /** {@code floor(rate * available)}: nothing of a task that has less than 1 / rate. */
  static long[] floors(double rate, long[] available) {
    return LongStream.of(available).map(a -> (long) Math.floor(rate * a)).toArray();
  }

  /** The fewest rows of a task that {@link #floors} takes one of. */
  static long least(double rate) {
    long least = (long) Math.ceil(1 / rate);
    return Math.floor(rate * least) < 1 ? least + 1 : least; // a quotient may round down
  }

  /**
   * Shares a total out in proportion: each has the whole part of its share, the ones of the largest
   * remainders one more, those of equal ones by number.
   *
   * @return that sum to the total, none more than what is available; all of it if it is less
   */
  static long[] proportional(long total, long[] available) {
    long sum = LongStream.of(available).sum();
    if (total >= sum) {
      return available.clone();
    }
    long[] quotas = new long[available.length];
    long[] remainders = new long[available.length];
    for (int c = 0; c < quotas.length; c++) {
      long product = Math.multiplyExact(total, available[c]);
      quotas[c] = product / sum;
      remainders[c] = product % sum;
    }
    IntStream.range(0, quotas.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer c) -> -remainders[c])) // stable
        .limit(total - Arrays.stream(quotas).sum())
        .forEach(c -> quotas[c]++);
    return quotas;
  }
}
