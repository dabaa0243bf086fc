package io.accelerant.rl.offline;

import io.accelerant.rl.policy.Normaliser;
import java.io.Serializable;

/**
 * What a cell made.
 *
 * @param parameters of the policy
 * @param returns of the evaluation episodes, by start
 * @param secondsPerStep wall time of a gradient step; says nothing about the policy
 */
record Trained(float[] parameters, Normaliser normaliser, double[] returns, double secondsPerStep)
    implements Serializable {
  double meanReturn() {
    double sum = 0;
    for (double value : returns) {
      sum += value;
    }
    return sum / returns.length;
  }
}
