package io.accelerant.rl.policy;

import io.accelerant.core.random.RandomStream;
import io.accelerant.rl.weight.TransitionSampler;

/**
 * Mini-batches drawn with replacement by trajectory weights; the draws of a step depend on seed and
 * step alone.
 */
final class MiniBatches {
  private static final long PURPOSE = RandomStream.purpose("rl.minibatch");

  private final TransitionSampler sampler;
  private final int[] first;
  private final int size;
  private final long seed;

  /** Of all transitions; those without a next observation have zeros for it. */
  MiniBatches(OfflineData data, double[] mass, int size, long seed) {
    this(data, new TransitionSampler(mass, data.lengths()), size, seed);
  }

  /** Of the transitions that have a next observation or are terminal. */
  static MiniBatches followed(OfflineData data, double[] mass, int size, long seed) {
    TransitionSampler sampler = new TransitionSampler(data.followedMass(mass), data.followed());
    return new MiniBatches(data, sampler, size, seed);
  }

  private MiniBatches(OfflineData data, TransitionSampler sampler, int size, long seed) {
    this.sampler = sampler;
    this.size = size;
    this.seed = seed;
    this.first = new int[data.lengths().length];
    for (int i = 1; i < first.length; i++) {
      first[i] = first[i - 1] + data.lengths()[i - 1];
    }
  }

  /** The transitions of a step, by their number in the data. */
  long[] rows(int step) {
    RandomStream stream = new RandomStream(seed, PURPOSE, step, 0);
    long[] rows = new long[size];
    for (int b = 0; b < size; b++) {
      TransitionSampler.Draw draw = sampler.draw(stream);
      rows[b] = first[draw.episode()] + draw.step();
    }
    return rows;
  }
}
