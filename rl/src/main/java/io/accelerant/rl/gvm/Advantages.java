package io.accelerant.rl.gvm;

import java.util.HashMap;
import java.util.Map;

/** What samples' rewards are worth. */
public final class Advantages {
  private static final double EPSILON = 1e-6;

  private Advantages() {}

  /** {@code max(r, 0)}: right answers alone, no baseline. */
  public static double[] raft(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int j = 0; j < advantages.length; j++) {
      advantages[j] = Math.max(rewards[j], 0);
    }
    return advantages;
  }

  /**
   * {@code (r - mean) / (sd + 1e-6)} among the samples of a prompt, with n-1 in the deviation; for
   * a single one mean 0 and deviation 1.
   *
   * @param promptIds of each sample, in any order; groups may differ in size
   */
  public static double[] grpo(double[] rewards, long[] promptIds) {
    Map<Long, double[]> moments = new HashMap<>(); // count, sum, then squares about the mean
    for (int j = 0; j < rewards.length; j++) {
      double[] m = moments.computeIfAbsent(promptIds[j], id -> new double[3]);
      m[0]++;
      m[1] += rewards[j];
    }
    for (int j = 0; j < rewards.length; j++) {
      double[] m = moments.get(promptIds[j]);
      double centred = rewards[j] - m[1] / m[0];
      m[2] += centred * centred;
    }
    double[] advantages = new double[rewards.length];
    for (int j = 0; j < advantages.length; j++) {
      double[] m = moments.get(promptIds[j]);
      double mean = m[0] == 1 ? 0 : m[1] / m[0];
      double deviation = m[0] == 1 ? 1 : StrictMath.sqrt(m[2] / (m[0] - 1));
      advantages[j] = (rewards[j] - mean) / (deviation + EPSILON);
    }
    return advantages;
  }
}
