package io.accelerant.distill.search;

import io.accelerant.distill.continuous.Expanded;
import io.accelerant.distill.continuous.Relaxation;
import io.accelerant.distill.continuous.StepSchedule;

/**
 * What a network sees of a genome: for each step its choices, one-hot, and its time as sines and
 * cosines; steps that are not there are zero.
 */
final class Features {
  private static final int FREQUENCIES = 8;
  private static final int STEP =
      1
          + Expanded.values().length
          + StepSchedule.HIGHEST_ORDER
          + 1
          + Relaxation.Kind.values().length
          + 1
          + Correction.values().length
          + 2 * FREQUENCIES
          + 2;

  private Features() {}

  /**
   * @param steps the largest number of them
   * @return [1 + steps * STEP]
   */
  static double[] of(Genome genome, int steps) {
    double[] features = new double[1 + steps * STEP];
    features[0] = genome.analytic() ? 1 : 0;
    double before = 0;
    for (int i = 0; i < genome.steps(); i++) {
      fill(features, 1 + i * STEP, genome.genes().get(i), before);
      before = genome.genes().get(i).u();
    }
    return features;
  }

  private static void fill(double[] features, int from, Gene gene, double before) {
    int at = from;
    features[at++] = 1;
    features[at + gene.expanded().ordinal()] = 1;
    at += Expanded.values().length;
    features[at + gene.order() - 1] = 1;
    at += StepSchedule.HIGHEST_ORDER;
    features[at++] = gene.pseudo() ? 1 : 0;
    features[at + gene.relaxation().kind().ordinal()] = 1;
    at += Relaxation.Kind.values().length;
    features[at++] = gene.relaxation().c();
    features[at + gene.correction().ordinal()] = 1;
    at += Correction.values().length;
    for (int f = 0; f < FREQUENCIES; f++) {
      double angle = Math.PI * (1 << f) / 2 * gene.u();
      features[at++] = StrictMath.sin(angle);
      features[at++] = StrictMath.cos(angle);
    }
    features[at++] = gene.u();
    features[at] = gene.u() - before;
  }
}
