package io.accelerant.core.random;

import io.accelerant.core.text.Text;

/**
 * A Fisher-Yates shuffle kept as a table, for small N, where a Feistel network has too few bits to
 * be uniform: for i from N-1 down to 1 the entries i and {@code j = mix(key + i) mod (i + 1)}
 * (unsigned) change places. The position of an id is its entry. The table is a function of (N,
 * seed, pass) and made where it is used, in time proportional to N; only those three travel.
 */
public final class TablePermutation implements Permutation {
  /** The table and its inverse take 8 bytes an id. */
  static final long LARGEST = 1L << 26;

  private final int size;
  private final long seed;
  private final long pass;
  private transient volatile int[][] tables;

  /**
   * @param size N, 0 to 2<sup>26</sup>
   */
  public TablePermutation(long size, long seed, long pass) {
    if (size < 0 || size > LARGEST) {
      throw new IllegalArgumentException(
          Text.of("a table permutation has 0 to %d ids, not %d; use FEISTEL", LARGEST, size));
    }
    this.size = (int) size;
    this.seed = seed;
    this.pass = pass;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long position(long id) {
    Bounds.require("id", id, size);
    return tables()[0][(int) id];
  }

  @Override
  public long id(long position) {
    Bounds.require("position", position, size);
    return tables()[1][(int) position];
  }

  /** Positions by id, ids by position. Two threads that come first make the same. */
  private int[][] tables() {
    int[][] made = tables;
    if (made == null) {
      int[] positions = shuffle(size, PassKey.of(seed, pass));
      int[] ids = new int[size];
      for (int id = 0; id < size; id++) {
        ids[positions[id]] = id;
      }
      made = new int[][] {positions, ids};
      tables = made;
    }
    return made;
  }

  private static int[] shuffle(int size, PassKey key) {
    int[] table = new int[size];
    for (int i = 0; i < size; i++) {
      table[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int j = (int) Long.remainderUnsigned(key.word(i), i + 1);
      int moved = table[i];
      table[i] = table[j];
      table[j] = moved;
    }
    return table;
  }
}
