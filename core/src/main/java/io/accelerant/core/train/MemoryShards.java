package io.accelerant.core.train;

import io.accelerant.core.random.Permutation;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** The records of one worker in memory, made when they are asked for. */
public final class MemoryShards implements Shards {
  private final int count;
  private final IntFunction<byte[]> records;
  private final long seed;
  private final Permutation order;

  /**
   * @param records the record of row i, counted in order of id
   * @param seed as of {@link PackedShards}: with one worker, both lay records out alike
   */
  public MemoryShards(int count, IntFunction<byte[]> records, long seed) {
    this.count = count;
    this.records = records;
    this.seed = seed;
    this.order = Shards.super.order();
  }

  @Override
  public List<Long> counts() {
    return List.of((long) count);
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public Permutation order() {
    return order;
  }

  List<byte[]> read(long[] places) {
    return Arrays.stream(places)
        .mapToObj(place -> records.apply(Math.toIntExact(order.id(place))))
        .toList();
  }
}
