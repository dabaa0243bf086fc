package io.accelerant.core.run;

import java.io.Serializable;
import java.util.stream.LongStream;

/**
 * Ids 0 .. count-1 cut into units: batch {@code b} has the ids with {@code id div size == b}, so
 * that what is computed together does not depend on the cluster.
 *
 * @param count of ids
 * @param size ids of a batch; the last may have fewer
 */
public record Batches(int count, int size) implements Serializable {
  /** How many there are. */
  public int units() {
    return (count + size - 1) / size;
  }

  /** First id of a batch. */
  public int from(int batch) {
    return batch * size;
  }

  /** The id after the last one of a batch. */
  public int to(int batch) {
    return Math.min(count, from(batch) + size);
  }

  /** Number of ids in a batch. */
  public int length(int batch) {
    return to(batch) - from(batch);
  }

  public long[] ids(int batch) {
    return LongStream.range(from(batch), to(batch)).toArray();
  }
}
