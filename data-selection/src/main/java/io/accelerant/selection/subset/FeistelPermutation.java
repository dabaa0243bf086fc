package io.accelerant.selection.subset;

/**
 * A permutation without memory, at any N: a balanced Feistel network (Luby and Rackoff, "How to
 * construct pseudorandom permutations from pseudorandom functions") on {@code 2h} bits, {@code h =
 * max(1, ceil(bitlength(N-1) / 2))}, applied again while the value is N or more ("cycle walking":
 * Black and Rogaway, "Ciphers with arbitrary finite domains"). As {@code 2^(2h) < 4N} for N above
 * 1, it is applied at most 4 times on average.
 */
public final class FeistelPermutation implements Permutation {
  /** Fewer than six leave pairs of ids visibly dependent; more cost time. */
  static final int ROUNDS = 6;

  private static final long LARGEST = 1L << 62;

  private final long size;
  private final int half;
  private final long mask;
  private final long[] roundKeys = new long[ROUNDS];

  /**
   * @param size N, 0 to 2<sup>62</sup>
   * @param pass p, every pass has its own permutation
   */
  public FeistelPermutation(long size, long seed, long pass) {
    if (size < 0 || size > LARGEST) {
      throw new IllegalArgumentException("a permutation has 0 to 2^62 ids, not " + size);
    }
    this.size = size;
    int bits = size < 2 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(size - 1);
    this.half = Math.max(1, (bits + 1) / 2);
    this.mask = (1L << half) - 1;
    PassKey key = PassKey.of(seed, pass);
    for (int i = 0; i < ROUNDS; i++) {
      roundKeys[i] = key.word(i);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long position(long id) {
    Bounds.require("id", id, size);
    long x = id;
    do {
      x = encrypt(x);
    } while (x >= size);
    return x;
  }

  @Override
  public long id(long position) {
    Bounds.require("position", position, size);
    long x = position;
    do {
      x = decrypt(x);
    } while (x >= size);
    return x;
  }

  /** Rounds {@code (L, R) <- (R, L xor (mix(R xor rk_i) & (2^h - 1)))} of {@code x = L 2^h + R}. */
  private long encrypt(long x) {
    long left = x >>> half;
    long right = x & mask;
    for (long roundKey : roundKeys) {
      long next = left ^ (PassKey.mix(right ^ roundKey) & mask);
      left = right;
      right = next;
    }
    return left << half | right;
  }

  /** The rounds backwards. */
  private long decrypt(long x) {
    long left = x >>> half;
    long right = x & mask;
    for (int i = ROUNDS - 1; i >= 0; i--) {
      long previous = right ^ (PassKey.mix(left ^ roundKeys[i]) & mask);
      right = left;
      left = previous;
    }
    return left << half | right;
  }
}
