package io.accelerant.selection.lead;

import io.accelerant.core.random.RandomStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What rows are ordered by before any is trained on. */
final class Utilities {
  private static final long RANDOM = RandomStream.purpose("lead.random");

  private Utilities() {}

  /** By row; the largest is chosen first. Not to be changed: it may be a column of the pool. */
  static double[] of(Arm.Utility utility, PoolRows pool, long seed) {
    return switch (utility) {
      case RANDOM -> LongStream.of(pool.ids()).mapToDouble(id -> random(seed, id)).toArray();
      case INITIAL_LOSS, IDU -> pool.initialLoss();
      case DIFFICULTY -> pool.difficulty();
      case LEARNABLE -> pool.learnable();
      case SOFT_LOSS ->
          IntStream.range(0, pool.count())
              .mapToDouble(row -> soft(pool.initialLoss()[row], random(seed, pool.ids()[row])))
              .toArray();
    };
  }

  /**
   * {@code ln weight - ln(-ln u)}: the rows of the k largest keys are a draw of k without
   * replacement in proportion to the weights (Gumbel-top-k).
   *
   * @param uniform in [0, 1)
   */
  static double soft(double weight, double uniform) {
    return StrictMath.log(weight) - StrictMath.log(-StrictMath.log(uniform));
  }

  /** The place of a row in a keyed order of all, in [0, 1). */
  static double random(long seed, long id) {
    return new RandomStream(seed, RANDOM, id, 0).nextDouble();
  }
}
