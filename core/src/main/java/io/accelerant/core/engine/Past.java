package io.accelerant.core.engine;

import java.util.Arrays;

/**
 * What attention keeps of the tokens that a row has read so far: keys and values of every layer, in
 * float32 on Java's heap. It grows with the row. Programs of a graph with {@link
 * Graph#cachedAttention} read and extend it, see {@link Program#attend}. Not thread-safe.
 */
public final class Past {
  private static final int FIRST = 16;

  /** By layer, {@code [width][capacity]}: scores of one query are sums of whole rows. */
  final float[][][] keys;

  /** By layer, {@code [capacity][width]}; a row is never written again, so copies share it. */
  final float[][][] values;

  private int capacity;
  private int length;

  /** Nothing read yet. */
  public Past(int layers, int width) {
    this.keys = new float[layers][width][0];
    this.values = new float[layers][0][];
  }

  /** Bytes of a past of a length, at most. */
  public static long bytes(int layers, int width, int length) {
    return 2L * Float.BYTES * layers * width * capacity(length);
  }

  private static int capacity(int length) {
    return Math.max(FIRST, Integer.highestOneBit(Math.max(1, length - 1)) << 1);
  }

  /** Tokens read. */
  public int length() {
    return length;
  }

  int capacity() {
    return capacity;
  }

  /** Another past of the same tokens. */
  public Past copy() {
    Past copy = new Past(keys.length, 0);
    copy.capacity = capacity;
    copy.length = length;
    Arrays.setAll(
        copy.keys, i -> Arrays.stream(keys[i]).map(float[]::clone).toArray(float[][]::new));
    Arrays.setAll(copy.values, i -> values[i].clone());
    return copy;
  }

  /** Makes room for tokens up to a length. */
  void reserve(int wanted) {
    if (wanted > capacity) {
      int grown = capacity(wanted);
      for (int layer = 0; layer < keys.length; layer++) {
        float[][] channels = keys[layer];
        Arrays.setAll(channels, c -> Arrays.copyOf(channels[c], grown));
        values[layer] = Arrays.copyOf(values[layer], grown);
      }
      capacity = grown;
    }
  }

  void read(int tokens) {
    length += tokens;
  }

  /** The pasts of a program's rows, for its next run. */
  static final class Rows {
    private static final Past[] NONE = {};

    private Past[] pasts = NONE;
    private int[] positions = {};

    /** Returns the position of each row's token. */
    int[] set(Past[] rows) {
      pasts = rows.clone();
      positions = new int[rows.length];
      for (int i = 0; i < rows.length; i++) {
        int earlier = 0;
        for (int j = 0; j < i; j++) {
          earlier += rows[j] == rows[i] ? 1 : 0;
        }
        if (rows[i] != null) {
          positions[i] = rows[i].length + earlier;
          rows[i].reserve(positions[i] + 1);
        }
      }
      return positions.clone();
    }

    Past past(int row) {
      return pasts[row];
    }

    int position(int row) {
      return positions[row];
    }

    int count() {
      return pasts.length;
    }

    /** Of so many rows those up to the last that has a past; all, if pasts are not given. */
    int wanted(int rows) {
      int wanted = rows;
      while (pasts.length == rows && wanted > 0 && pasts[wanted - 1] == null) {
        wanted--;
      }
      return wanted;
    }

    /** After a run: every row has read its token. */
    void end() {
      for (Past past : pasts) {
        if (past != null) {
          past.read(1);
        }
      }
      pasts = NONE;
    }
  }
}
