package io.accelerant.core.train;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import java.util.List;

/**
 * Where the records of a run lie. Row i of n, counted in order of id, is record {@code pi(i) div W}
 * of worker {@code pi(i) mod W}, pi being a keyed permutation, so that what a worker has depends on
 * (rows in order of id, W, seed) alone.
 */
public interface Shards {
  /** Records by worker. */
  List<Long> counts();

  /** Decides pi. */
  long seed();

  /** Number of workers. */
  default int workers() {
    return counts().size();
  }

  /** Records of all workers. */
  default long records() {
    return counts().stream().mapToLong(Long::longValue).sum();
  }

  /** pi. */
  default Permutation order() {
    return order(records(), seed());
  }

  /** pi over so many rows. */
  static Permutation order(long records, long seed) {
    return PermutationKind.AUTO.of(records, seed ^ RandomStream.purpose("train.shards"), 0);
  }
}
