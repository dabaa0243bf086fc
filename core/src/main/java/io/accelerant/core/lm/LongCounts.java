package io.accelerant.core.lm;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.Arrays;

/** Counts of keys at or above 0: open addressing with linear probing, no boxes. */
public final class LongCounts implements Serializable {
  private static final long EMPTY = -1;

  private long[] keys = new long[64];
  private long[] counts = new long[64];
  private int size;

  public LongCounts() {
    Arrays.fill(keys, EMPTY);
  }

  public void add(long key, long count) {
    int slot = slot(key);
    if (keys[slot] == EMPTY) {
      keys[slot] = key;
      size++;
    }
    counts[slot] += count;
    if (size * 2 > keys.length) {
      grow();
    }
  }

  /** Number of different keys. */
  int size() {
    return size;
  }

  /** Key and count in turn, in order of key: the form in which counts travel. */
  public long[] packed() {
    long[] sorted = new long[size];
    int n = 0;
    for (long key : keys) {
      if (key != EMPTY) {
        sorted[n++] = key;
      }
    }
    Arrays.sort(sorted);
    long[] packed = new long[2 * size];
    for (int i = 0; i < size; i++) {
      packed[2 * i] = sorted[i];
      packed[2 * i + 1] = counts[slot(sorted[i])];
    }
    return packed;
  }

  /** Adds what {@link #packed} gave. */
  public void addPacked(long[] packed) {
    for (int i = 0; i < packed.length; i += 2) {
      add(packed[i], packed[i + 1]);
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) RandomStream.mix(key) & mask;
    while (keys[slot] != key && keys[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldCounts = counts;
    keys = new long[2 * oldKeys.length];
    counts = new long[keys.length];
    Arrays.fill(keys, EMPTY);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
