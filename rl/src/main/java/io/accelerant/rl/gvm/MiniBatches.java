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
      long own = (shards.counts().get(w) - part + updates - 1) / updates;
      before += w < worker ? own : 0;
      union += own;
    }
    long own = (shards.counts().get(worker) - part + updates - 1) / updates;
    long first = before;
    return new Share(
        LongStream.range(0, own).map(i -> part + i * updates).toArray(),
        LongStream.range(0, own).map(i -> first + i).toArray(),
        union);
  }
}
