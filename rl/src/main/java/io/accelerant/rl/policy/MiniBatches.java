package io.accelerant.rl.policy;

import io.accelerant.core.random.RandomStream;
import io.accelerant.rl.weight.TransitionSampler;

/**
 * Mini-batches drawn with replacement by trajectory weights; the draws of a step depend on seed and
 * step alone. Observations come out standardised. The arrays are overwritten by the next draw.
 */
final class MiniBatches {
  private static final long PURPOSE = RandomStream.purpose("rl.minibatch");

  private final OfflineData data;
  private final Normaliser normaliser;
  private final TransitionSampler sampler;
  private final int[] first;
  private final long seed;
  final int size;
  final float[] observations;
  final float[] actions;
  final float[] rewards;
  final float[] nextObservations;
  final float[] continues;

  /** Of all transitions; those without a next observation have zeros for it. */
  MiniBatches(OfflineData data, double[] mass, Normaliser normaliser, int size, long seed) {
    this(data, new TransitionSampler(mass, data.lengths()), normaliser, size, seed);
  }

  /** Of the transitions that have a next observation or are terminal. */
  static MiniBatches followed(
      OfflineData data, double[] mass, Normaliser normaliser, int size, long seed) {
    TransitionSampler sampler = new TransitionSampler(data.followedMass(mass), data.followed());
    return new MiniBatches(data, sampler, normaliser, size, seed);
  }

  private MiniBatches(
      OfflineData data, TransitionSampler sampler, Normaliser normaliser, int size, long seed) {
    this.data = data;
    this.normaliser = normaliser;
    this.sampler = sampler;
    this.seed = seed;
    this.size = size;
    this.first = new int[data.lengths().length];
    for (int i = 1; i < first.length; i++) {
      first[i] = first[i - 1] + data.lengths()[i - 1];
    }
    observations = new float[size * data.observationSize()];
    nextObservations = new float[size * data.observationSize()];
    actions = new float[size * data.actionSize()];
    rewards = new float[size];
    continues = new float[size];
  }

  /** Fills the arrays with the batch of a step. */
  void draw(int step) {
    RandomStream stream = new RandomStream(seed, PURPOSE, step, 0);
    int d = data.observationSize();
    int a = data.actionSize();
    for (int b = 0; b < size; b++) {
      TransitionSampler.Draw draw = sampler.draw(stream);
      int row = first[draw.episode()] + draw.step();
      for (int k = 0; k < d; k++) {
        observations[b * d + k] = (float) normaliser.apply(data.observations()[row * d + k], k);
        nextObservations[b * d + k] =
            (float) normaliser.apply(data.nextObservations()[row * d + k], k);
      }
      System.arraycopy(data.actions(), row * a, actions, b * a, a);
      rewards[b] = data.rewards()[row];
      continues[b] = 1 - data.terminals()[row];
    }
  }
}
