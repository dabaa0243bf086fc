package io.accelerant.core.lm;

import io.accelerant.core.text.Text;

/**
 * How often every k-gram, k = 1..n, occurs in sequences over V symbols. Partial counts of parts of
 * the data add up to the counts of the whole. Not thread-safe.
 */
public final class NgramCounts {
  private final int order;
  private final int symbols;
  private final long[] offset;
  private final LongCounts counts = new LongCounts();

  /**
   * @param order n, at least 1
   * @param symbols V, at least 2
   * @throws IllegalArgumentException if there are more than 2^62 n-grams
   */
  public NgramCounts(int order, int symbols) {
    this.order = order;
    this.symbols = symbols;
    this.offset = offsets(order, symbols);
  }

  /** The k-grams have the keys offset[k] to offset[k] + V^k - 1; the last symbol is the fastest. */
  private static long[] offsets(int order, int symbols) {
    if (order < 1 || symbols < 2) {
      throw new IllegalArgumentException(
          "n-grams need n >= 1 and at least 2 symbols, not " + order + " and " + symbols);
    }
    long[] offset = new long[order + 2];
    long grams = 1;
    for (int k = 1; k <= order; k++) {
      if (grams > (1L << 62) / symbols) {
        throw new IllegalArgumentException(
            Text.of(
                "there are more than 2^62 %d-grams of %d symbols; take a lower order",
                order, symbols));
      }
      grams *= symbols;
      offset[k + 1] = offset[k] + grams;
    }
    return offset;
  }

  public int order() {
    return order;
  }

  public int symbols() {
    return symbols;
  }

  /**
   * Counts all k-grams of one sequence.
   *
   * @throws IllegalArgumentException if a token is not in 0..V-1
   */
  public void add(int[] tokens) {
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] >= symbols) {
        throw new IllegalArgumentException(
            Text.of("token %d at place %d is not in 0..%d", tokens[i], i, symbols - 1));
      }
      long code = 0;
      long place = 1;
      for (int k = 1; k <= order && i - k + 1 >= 0; k++, place *= symbols) {
        code += tokens[i - k + 1] * place;
        counts.add(offset[k] + code, 1);
      }
    }
  }

  /** All counts as pairs of key and count, in order of key. */
  public long[] packed() {
    return counts.packed();
  }

  /** Adds what {@link #packed} gave for the same n and V. */
  public void addPacked(long[] packed) {
    counts.addPacked(packed);
  }

  /**
   * The model of these counts.
   *
   * @param lambda see {@link NgramModel}
   */
  public NgramModel model(double lambda) {
    return new NgramModel(order, symbols, lambda, offset, packed());
  }
}
