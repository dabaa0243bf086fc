package io.accelerant.distill.fastlightgen;

import io.accelerant.core.train.Draw;
import io.accelerant.core.train.MemoryShards;
import java.io.Serializable;
import java.util.stream.LongStream;

/**
 * What all tasks share.
 *
 * @param teacher parameters of the model
 * @param records of the data that is trained on
 * @param probes held-out records
 */
record Given(float[] teacher, byte[][] records, byte[][] probes) implements Serializable {

  MemoryShards shards(long seed) {
    return new MemoryShards(records.length, i -> records[i], seed);
  }

  MemoryShards held() {
    return new MemoryShards(probes.length, i -> probes[i], 0);
  }

  /** Held-out records {@code from} to {@code to - 1}, as examples of those numbers of all. */
  static Draw part(int from, int to) {
    return (shards, worker, round) -> {
      long[] ids = LongStream.range(from, to).toArray();
      long[] places = LongStream.of(ids).map(shards.order()::position).toArray();
      return new Draw.Share(places, ids, shards.records());
    };
  }

  /** All held-out records. */
  Draw allHeld() {
    return part(0, probes.length);
  }
}
