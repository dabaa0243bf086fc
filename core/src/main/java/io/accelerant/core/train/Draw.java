package io.accelerant.core.train;

import io.accelerant.core.random.Permutation;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/**
 * Which records the workers draw: a method's choice, and a pure function of the round. Rounds may
 * be of different sizes.
 */
@FunctionalInterface
public interface Draw extends Serializable {
  /** What one worker draws of its shard. */
  Share share(Shards shards, int worker, int round);

  /**
   * One worker's part of a round.
   *
   * @param places of records in the worker's shard
   * @param numbers of the examples in the union batch, rising
   * @param union examples of the round over all workers
   */
  record Share(long[] places, long[] numbers, long union) {}

  /**
   * Every worker draws as many in every round, each record once an epoch; see {@link DrawOrder}.
   *
   * @param batch examples of one worker
   */
  static Draw shuffled(int batch, long seed) {
    return (shards, worker, round) -> {
      long[] places =
          new DrawOrder(seed, worker, shards.counts().get(worker))
              .indexes((long) round * batch, batch);
      long first = (long) worker * batch;
      long[] numbers = LongStream.range(first, first + batch).toArray();
      return new Share(places, numbers, (long) shards.workers() * batch);
    };
  }

  /**
   * The records that a method chose, which are read where they lie.
   *
   * @param ids of the examples of a round, counted from 0 in the order of the rows' ids; may repeat
   */
  static Draw chosen(Ids ids) {
    return (shards, worker, round) -> {
      int workers = shards.workers();
      Permutation order = shards.order();
      long[] at = Arrays.stream(ids.apply(round)).map(order::position).toArray();
      long[] numbers =
          LongStream.range(0, at.length).filter(i -> at[(int) i] % workers == worker).toArray();
      long[] places = Arrays.stream(numbers).map(i -> at[(int) i] / workers).toArray();
      return new Share(places, numbers, at.length);
    };
  }

  /** Chooses records. */
  @FunctionalInterface
  interface Ids extends IntFunction<long[]>, Serializable {}
}
