package io.accelerant.rl.policy;

import java.io.Serializable;

/** {@code (x - mean) / deviation} of each number of an observation. */
public record Normaliser(double[] mean, double[] deviation) implements Serializable {
  private static final double SMALLEST = 1e-3;

  /** Mean and standard deviation over all transitions, unweighted; a deviation is at least 1e-3. */
  static Normaliser of(OfflineData data) {
    int d = data.observationSize();
    int n = data.transitions();
    double[] mean = new double[d];
    double[] deviation = new double[d];
    for (int i = 0; i < n * d; i++) {
      mean[i % d] += data.observations()[i];
    }
    for (int k = 0; k < d; k++) {
      mean[k] /= n;
    }
    for (int i = 0; i < n * d; i++) {
      double centred = data.observations()[i] - mean[i % d];
      deviation[i % d] += centred * centred;
    }
    for (int k = 0; k < d; k++) {
      deviation[k] = Math.max(SMALLEST, StrictMath.sqrt(deviation[k] / n));
    }
    return new Normaliser(mean, deviation);
  }

  double apply(double x, int k) {
    return (x - mean[k]) / deviation[k];
  }
}
