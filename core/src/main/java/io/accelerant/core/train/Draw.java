package io.accelerant.core.train;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/**
 * Which records the workers draw: a method's choice, and a pure function of the round. Rounds may
 * be of different sizes.
 */
public interface Draw extends Serializable {
  /** Examples of a round over all workers. */
  long union(int round);

  /** What one worker draws of its shard. */
  Share share(Shards shards, int worker, int round);

  /**
   * One worker's part of a round.
   *
   * @param places of records in the worker's shard
   * @param numbers of the examples in the union batch, rising
   */
  record Share(long[] places, long[] numbers) {}

  /**
   * Every worker draws as many in every round, each record once an epoch; see {@link DrawOrder}.
   *
   * @param batch examples of one worker
   */
  static Draw shuffled(int workers, int batch, long seed) {
    return new Shuffled(workers, batch, seed);
  }

  /**
   * The records that a method chose, which are read where they lie.
   *
   * @param ids of the examples of a round, counted from 0 in the order of the rows' ids; may repeat
   */
  static Draw chosen(Ids ids) {
    return new Chosen(ids);
  }

  /** Chooses records. */
  @FunctionalInterface
  interface Ids extends IntFunction<long[]>, Serializable {}

  /** As {@link #shuffled}. */
  record Shuffled(int workers, int batch, long seed) implements Draw {
    @Override
    public long union(int round) {
      return (long) workers * batch;
    }

    @Override
    public Share share(Shards shards, int worker, int round) {
      long[] places =
          new DrawOrder(seed, worker, shards.counts().get(worker))
              .indexes((long) round * batch, batch);
      long first = (long) worker * batch;
      return new Share(places, LongStream.range(first, first + batch).toArray());
    }
  }

  /** As {@link #chosen}. */
  record Chosen(Ids ids) implements Draw {
    @Override
    public long union(int round) {
      return ids.apply(round).length;
    }

    @Override
    public Share share(Shards shards, int worker, int round) {
      int workers = shards.counts().size();
      long[] at = Arrays.stream(ids.apply(round)).map(shards.order()::position).toArray();
      long[] numbers =
          LongStream.range(0, at.length).filter(i -> at[(int) i] % workers == worker).toArray();
      long[] places = Arrays.stream(numbers).map(i -> at[(int) i] / workers).toArray();
      return new Share(places, numbers);
    }
  }
}
