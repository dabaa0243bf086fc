package io.accelerant.rl.policy;

import io.accelerant.core.error.DataException;
import java.io.Serializable;
import java.util.Arrays;

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
 * @param followed {@code [m]}: those of them with a next observation, or a terminal; the last one
 *     of an episode may lack it
 */
public record OfflineData(
    int observationSize,
    int actionSize,
    float[] observations,
    float[] actions,
    float[] rewards,
    float[] nextObservations,
    float[] terminals,
    int[] lengths,
    int[] followed)
    implements Serializable {

  /** n. */
  public int transitions() {
    return rewards.length;
  }

  /** Transitions that have no target: what their value would be taken from was not stored. */
  public int unfollowed() {
    return Arrays.stream(lengths).sum() - Arrays.stream(followed).sum();
  }

  /**
   * Masses of episodes when only the {@linkplain #followed followed} transitions are drawn, each as
   * likely as before among them: {@code mass T'/T}, to sum to one.
   *
   * @throws DataException if none is left that has a mass
   */
  public double[] followedMass(double[] mass) {
    double[] kept = new double[mass.length];
    double sum = 0;
    for (int i = 0; i < kept.length; i++) {
      kept[i] = mass[i] * followed[i] / lengths[i];
      sum += kept[i];
    }
    if (!(sum > 0)) {
      throw new DataException(
          "No transition that the weights draw has a next observation, which td3bc needs.");
    }
    for (int i = 0; i < kept.length; i++) {
      kept[i] /= sum;
    }
    return kept;
  }
}
