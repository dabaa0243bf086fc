package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;

/**
 * An objective of ours without a surrogate: choose z = (Phi, and with learned times their logits a)
 * so that the k-gram law of the student's samples comes near to that of the teacher's, by
 * simultaneous perturbation (SPSA; Spall 1992): two evaluations an iteration whatever the number of
 * parameters, both with the same draws, no gradient of the model. The state of the search is a
 * value, so that it can be saved and taken up again.
 *
 * @param iteration number of iterations done
 * @param z parameters: Phi_0..Phi_{M-1} and, with learned times, the M logits of the step lengths
 * @param average running mean of z over the second half of the iterations (Polyak); what is used in
 *     the end
 */
record Direct(int iteration, double[] z, double[] average) {
  private static final long SIGNS = RandomStream.purpose("lsd.direct.signs");
  static final double MIN_PHI = 0.5;
  static final double MAX_PHI = 3;

  static Direct start(double[] z) {
    return new Direct(0, z.clone(), z.clone());
  }

  /** The directions of this iteration, +1 or -1 each. */
  private double[] signs(long seed) {
    RandomStream stream = new RandomStream(seed, SIGNS, iteration, 0);
    double[] signs = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      signs[j] = stream.nextInt(2) == 0 ? -1 : 1;
    }
    return signs;
  }

  /** z + direction * perturbation * signs, the Phi part inside its range. */
  double[] candidate(double direction, double perturbation, int steps, long seed) {
    double[] signs = signs(seed);
    double[] candidate = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      candidate[j] = z[j] + direction * perturbation * signs[j];
    }
    return clip(candidate, steps);
  }

  /**
   * The search after one more iteration: z - gain/(1 + iteration/20) (f+ - f-)/(2 perturbation)
   * signs.
   *
   * @param plus distance at {@code candidate(+1)}
   * @param minus distance at {@code candidate(-1)}
   * @param total number of iterations planned; the average covers their second half
   */
  Direct next(
      double plus,
      double minus,
      double perturbation,
      double gain,
      int steps,
      int total,
      long seed) {
    double[] signs = signs(seed);
    double slope = (plus - minus) / (2 * perturbation);
    double rate = gain / (1 + iteration / 20.0);
    double[] next = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      next[j] = z[j] - rate * slope * signs[j];
    }
    clip(next, steps);
    int averaged = iteration - total / 2;
    double[] mean = next.clone();
    if (averaged > 0) {
      for (int j = 0; j < z.length; j++) {
        mean[j] = average[j] + (next[j] - average[j]) / (averaged + 1);
      }
    }
    return new Direct(iteration + 1, next, mean);
  }

  private static double[] clip(double[] z, int steps) {
    for (int k = 0; k < steps; k++) {
      z[k] = Math.min(MAX_PHI, Math.max(MIN_PHI, z[k]));
    }
    return z;
  }

  /** Half the L1 distance of two laws given by counts: their total variation. */
  static double totalVariation(double[] counts, double[] reference) {
    double n = sum(counts);
    double m = sum(reference);
    double distance = 0;
    for (int g = 0; g < counts.length; g++) {
      distance += Math.abs(counts[g] / n - reference[g] / m);
    }
    return distance / 2;
  }

  /** Squared L2 distance of two laws given by counts. */
  static double squaredDistance(double[] counts, double[] reference) {
    double n = sum(counts);
    double m = sum(reference);
    double distance = 0;
    for (int g = 0; g < counts.length; g++) {
      double d = counts[g] / n - reference[g] / m;
      distance += d * d;
    }
    return distance;
  }

  private static double sum(double[] counts) {
    double sum = 0;
    for (double c : counts) {
      sum += c;
    }
    return sum;
  }
}
