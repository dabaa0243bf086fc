package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;

/**
 * An objective of ours without a surrogate: choose z = (Phi, and with learned times their logits a)
 * so that the k-gram law of the student's samples comes near to that of the teacher's, by
 * simultaneous perturbation (SPSA; Spall 1992): two evaluations an iteration whatever the number of
 * parameters, both with the same draws, no gradient of the model. The state of the search is a
 * value.
 *
 * @param plan what does not change during the search
 * @param iteration number of iterations done
 * @param z parameters: Phi_0..Phi_{M-1} and, with learned times, the M logits of the step lengths
 * @param average running mean of z over the second half of the iterations (Polyak); what is used in
 *     the end
 */
record Direct(Plan plan, int iteration, double[] z, double[] average) {
  private static final long SIGNS = RandomStream.purpose("lsd.direct.signs");

  /**
   * @param steps M: that many entries of z are exponents, and are held in their range
   * @param perturbation distance of the two candidates from z, in every entry
   * @param gain of the first iteration; it falls as 1/(1 + iteration/20)
   * @param iterations number of iterations; the average covers their second half
   * @param seed of the directions
   */
  record Plan(int steps, double perturbation, double gain, int iterations, long seed) {}

  static Direct start(Plan plan, double[] z) {
    return new Direct(plan, 0, z.clone(), z.clone());
  }

  /** The directions of this iteration, +1 or -1 each. */
  private double[] signs() {
    RandomStream stream = new RandomStream(plan.seed, SIGNS, iteration, 0);
    double[] signs = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      signs[j] = stream.nextInt(2) == 0 ? -1 : 1;
    }
    return signs;
  }

  /**
   * z + direction * perturbation * signs, the Phi part inside its range.
   *
   * @param direction 1 or -1
   */
  double[] candidate(int direction) {
    return moved(direction * plan.perturbation);
  }

  /**
   * The search after one more iteration: z - gain/(1 + iteration/20) (f+ - f-)/(2 perturbation)
   * signs.
   *
   * @param plus distance at {@code candidate(+1)}
   * @param minus distance at {@code candidate(-1)}
   */
  Direct next(double plus, double minus) {
    double slope = (plus - minus) / (2 * plan.perturbation);
    double rate = plan.gain / (1 + iteration / 20.0);
    double[] next = moved(-rate * slope);
    int averaged = iteration - plan.iterations / 2;
    double[] mean = next.clone();
    if (averaged > 0) {
      for (int j = 0; j < z.length; j++) {
        mean[j] = average[j] + (next[j] - average[j]) / (averaged + 1);
      }
    }
    return new Direct(plan, iteration + 1, next, mean);
  }

  private double[] moved(double distance) {
    double[] signs = signs();
    double[] moved = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      moved[j] = z[j] + distance * signs[j];
      if (j < plan.steps) {
        moved[j] = CoefficientMode.clipExponent(moved[j]);
      }
    }
    return moved;
  }
}
