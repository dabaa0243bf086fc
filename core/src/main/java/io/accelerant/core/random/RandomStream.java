package io.accelerant.core.random;

import java.nio.charset.StandardCharsets;

/**
 * One stream of random numbers, addressed by (seed, purpose, item, step): Philox4x32-10 of Salmon
 * et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011). The 64-bit key is made from seed
 * and purpose, the 128-bit counter is {block:32, step:32, item:64}; a stream holds 2<sup>34</sup>
 * words. Not thread-safe; cheap to make.
 */
public final class RandomStream {
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final double UNIT_53 = 0x1.0p-53;
  private static final double UNIT_52 = 0x1.0p-52;

  private final int key0;
  private final int key1;
  private final int step;
  private final long item;
  private final int[] words = new int[4];
  private int block;
  private int used = 4;

  /**
   * @param seed the user's seed
   * @param purpose what the numbers are for, made once by {@link #purpose(String)}
   * @param item id of the trajectory, row or episode
   * @param step step within the item
   */
  public RandomStream(long seed, long purpose, long item, int step) {
    long key = mix(mix(seed) ^ purpose);
    this.key0 = (int) key;
    this.key1 = (int) (key >>> 32);
    this.item = item;
    this.step = step;
  }

  /**
   * Number of a purpose by its name (64-bit FNV-1a): names, unlike enum ordinals, survive
   * reordering.
   */
  public static long purpose(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Finaliser of SplitMix64 (Stafford's variant 13): a bijection of 64-bit words. */
  public static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  public int nextInt() {
    if (used == 4) {
      philox(block++, step, (int) item, (int) (item >>> 32), key0, key1, words);
      used = 0;
    }
    return words[used++];
  }

  public long nextLong() {
    long high = nextInt();
    return (high << 32) | (nextInt() & 0xffffffffL);
  }

  /** Uniform in [0, 1) with 53 random bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * UNIT_53;
  }

  /** Uniform in (0, 1) with 52 random bits: safe under a logarithm, at both ends. */
  public double nextOpenDouble() {
    return open(nextLong());
  }

  /** The middle of one of 2<sup>52</sup> cells; 53 bits and a half would round to 1 at the end. */
  static double open(long word) {
    return ((word >>> 12) + 0.5) * UNIT_52;
  }

  /**
   * Uniform in {0, .., bound-1}, without bias.
   *
   * @throws IllegalArgumentException if bound is not positive
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, is " + bound);
    }
    // Lemire, "Fast Random Integer Generation in an Interval": reject the short part of the range.
    long product = (nextInt() & 0xffffffffL) * bound;
    long threshold = (0x100000000L - bound) % bound;
    while ((product & 0xffffffffL) < threshold) {
      product = (nextInt() & 0xffffffffL) * bound;
    }
    return (int) (product >>> 32);
  }

  /** Standard normal (Box-Muller; StrictMath, so that the bits do not depend on the JVM). */
  public double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(nextOpenDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /** Draws an index by {@link #categorical} and the next double of this stream. */
  public int nextCategorical(double[] weights, int offset, int length) {
    return categorical(nextDouble(), weights, offset, length);
  }

  /**
   * The index at which the cumulative sum of {@code weights[offset .. offset+length-1]} passes the
   * share {@code uniform} of the total, in float64; weights at or below zero are never drawn.
   *
   * @param uniform in [0, 1)
   * @throws IllegalArgumentException if no weight is positive or the sum is not finite
   */
  public static int categorical(double uniform, double[] weights, int offset, int length) {
    double total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += Math.max(0, weights[i]);
    }
    if (!(total > 0) || total == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "weights must have a positive, finite sum; it is " + total);
    }
    double rest = uniform * total;
    int last = -1;
    for (int i = 0; i < length; i++) {
      double weight = weights[offset + i];
      if (weight > 0) {
        last = i;
        rest -= weight;
        if (rest < 0) {
          return i;
        }
      }
    }
    return last; // rounding ate the remainder: the last index that has mass
  }

  /** Ten rounds of Philox4x32 on the counter (c0..c3) under the key (k0, k1). */
  static void philox(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
    for (int round = 0; round < 10; round++) {
      long product0 = (MULTIPLIER_0 & 0xffffffffL) * (c0 & 0xffffffffL);
      long product1 = (MULTIPLIER_1 & 0xffffffffL) * (c2 & 0xffffffffL);
      int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c1 = (int) product1;
      c3 = (int) product0;
      c0 = next0;
      c2 = next2;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }
}
