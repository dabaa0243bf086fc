package io.accelerant.rl.weight;

import io.accelerant.core.random.RandomStream;

/**
 * Draws transitions with probability {@code p_{i,t} = P(i) / T_i} in two stages: the trajectory by
 * its mass, then a step uniformly. Memory is that of the trajectories, not of the transitions.
 */
public final class TransitionSampler {
  private final AliasTable episodes;
  private final int[] lengths;

  /** One transition: position of its trajectory in the arrays, and the step. */
  public record Draw(int episode, int step) {}

  /**
   * @param mass of each trajectory, up to a common factor
   * @param lengths T of each trajectory
   */
  public TransitionSampler(double[] mass, int[] lengths) {
    this.episodes = new AliasTable(mass);
    this.lengths = lengths.clone();
  }

  public Draw draw(RandomStream stream) {
    int episode = episodes.draw(stream);
    return new Draw(episode, stream.nextInt(lengths[episode]));
  }
}
