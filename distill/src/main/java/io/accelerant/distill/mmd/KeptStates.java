package io.accelerant.distill.mmd;

import io.accelerant.core.train.Batch;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The states of chains between the two phases of a round, in this process. Only time depends on
 * whether they are found: they are a function of the weights and the batch.
 */
final class KeptStates {
  private static final Map<Key, double[][]> KEPT = new ConcurrentHashMap<>();

  private KeptStates() {}

  private record Key(String run, int round, long first) {}

  private static Key key(String run, Batch batch) {
    return new Key(run, batch.round(), batch.size() == 0 ? -1 : batch.number(0));
  }

  /** Those of earlier rounds of the run that nobody took are dropped. */
  static void put(String run, Batch batch, double[][] states) {
    KEPT.keySet().removeIf(key -> key.run().equals(run) && key.round() != batch.round());
    KEPT.put(key(run, batch), states);
  }

  static Optional<double[][]> take(String run, Batch batch) {
    return Optional.ofNullable(KEPT.remove(key(run, batch)));
  }

  /** Drops what a run has left. */
  static void drop(String run) {
    KEPT.keySet().removeIf(key -> key.run().equals(run));
  }
}
