package io.accelerant.rl.policy;

import java.io.Serializable;

/**
 * A data set in memory: transitions in order of (episode, step), row-major arrays. {@code n}
 * transitions, {@code m} episodes.
 *
 * @param observationSize numbers of an observation
 * @param actionSize numbers of an action
 * @param observations {@code [n * observationSize]}
 * @param actions {@code [n * actionSize]}, in units of the largest action: within [-1, 1]
 * @param rewards {@code [n]}
 * @param nextObservations {@code [n * observationSize]}
 * @param terminals {@code [n]}: 1 where no future follows; a timeout is no terminal
 * @param lengths {@code [m]}: transitions of each episode
 */
public record OfflineData(
    int observationSize,
    int actionSize,
    float[] observations,
    float[] actions,
    float[] rewards,
    float[] nextObservations,
    float[] terminals,
    int[] lengths)
    implements Serializable {

  /** n. */
  public int transitions() {
    return rewards.length;
  }
}
