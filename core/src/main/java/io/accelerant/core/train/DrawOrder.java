package io.accelerant.core.train;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;

/**
 * In which order a worker draws the records of its shard: every epoch uses each record once. Blocks
 * of {@value #BLOCK} neighbours come in a random order, and the records of a block in a random
 * order while it lasts, so that a shard on an object store is read by range; since the shard itself
 * is a random sample in random order, this is a full shuffle where the shard is one block, and
 * close to it elsewhere. Not thread-safe.
 */
final class DrawOrder {
  static final int BLOCK = 8192;
  private static final long ORDER = RandomStream.purpose("train.order");

  private final long key;
  private final long count;
  private Permutation blocks;
  private Permutation within;
  private long epoch = -1;
  private long block = -1;

  /**
   * @param count records of the shard
   */
  DrawOrder(long seed, int worker, long count) {
    this.key = RandomStream.mix(seed ^ ORDER) + worker;
    this.count = count;
  }

  /**
   * Index in the shard of the worker's draw number {@code draw}, counted from 0 over all rounds.
   */
  long index(long draw) {
    long place = draw % count;
    enter(draw / count, place / BLOCK);
    return block * BLOCK + within.id(place % BLOCK);
  }

  /** Makes the permutations of an epoch and of the block that comes {@code number}th in it. */
  private void enter(long ofEpoch, long number) {
    long full = count / BLOCK; // the rest, a short block, comes last
    long pass = RandomStream.mix(ofEpoch + 1);
    if (epoch != ofEpoch) {
      epoch = ofEpoch;
      block = -1;
      blocks = PermutationKind.AUTO.of(full, key, pass);
    }
    long next = number < full ? blocks.id(number) : full;
    if (block != next) {
      block = next;
      within =
          PermutationKind.AUTO.of(Math.min(BLOCK, count - block * BLOCK), key, pass ^ (block + 1));
    }
  }

  /** Indexes of consecutive draws. */
  long[] indexes(long first, int draws) {
    long[] indexes = new long[draws];
    for (int i = 0; i < draws; i++) {
      indexes[i] = index(first + i);
    }
    return indexes;
  }
}
