package io.accelerant.rl.gvm;

import io.accelerant.core.train.Draw;
import io.accelerant.core.train.Shards;
import java.util.stream.LongStream;

/**
 * The samples of a step in as many equal parts as it has updates: records lie in a keyed order, so
 * that every n-th of them is a part at random.
 *
 * @param updates of a step
 */
record MiniBatches(int updates) implements Draw {
  @Override
  public Share share(Shards shards, int worker, int round) {
    int part = round % updates;
    long before = 0;
    long union = 0;
    for (int w = 0; w < shards.workers(); w++) {
      before += w < worker ? records(shards, w, part) : 0;
      union += records(shards, w, part);
    }
    long own = records(shards, worker, part);
    return new Share(
        LongStream.range(0, own).map(i -> part + i * updates).toArray(),
        LongStream.range(before, before + own).toArray(),
        union);
  }

  /** Of a worker in a part. */
  private long records(Shards shards, int worker, int part) {
    return (shards.counts().get(worker) - part + updates - 1) / updates;
  }
}
