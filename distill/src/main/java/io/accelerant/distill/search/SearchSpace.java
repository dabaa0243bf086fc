package io.accelerant.distill.search;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Expanded;
import io.accelerant.distill.continuous.Relaxation;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StepSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The schedules of a number of evaluations, and how they are drawn where nothing is known.
 *
 * @param expanded what steps may expand
 * @param analyticStart whether the start may be analytic, which gives one more step
 * @param timeSpread standard deviation of a time about that of a usual spacing, as a share of the
 *     way in log-SNR
 */
record SearchSpace(
    Schedule schedule,
    double tEnd,
    int nfe,
    List<Expanded> expanded,
    boolean analyticStart,
    double timeSpread) {
  static final double ANALYTIC = 0.2;
  private static final double V3 = 4 / 7.0; // against each other: .4 to .3
  private static final double[] ORDERS = {.2, .4, .3, .1};
  private static final double[] CORRECTIONS = {.5, .25, .25};
  private static final double LINEAR = 0.3;

  Expanded drawExpanded(RandomStream random) {
    double[] weights = expanded.stream().mapToDouble(e -> e == Expanded.V3 ? V3 : 1 - V3).toArray();
    return expanded.get(random.nextCategorical(weights, 0, weights.length));
  }

  int drawOrder(RandomStream random) {
    return 1 + random.nextCategorical(ORDERS, 0, StepSchedule.HIGHEST_ORDER);
  }

  Correction drawCorrection(RandomStream random) {
    return Correction.values()[random.nextCategorical(CORRECTIONS, 0, CORRECTIONS.length)];
  }

  Relaxation drawRelaxation(RandomStream random) {
    Relaxation.Kind[] kinds = Relaxation.Kind.values();
    Relaxation.Kind kind = kinds[random.nextInt(kinds.length)];
    return kind == Relaxation.Kind.LINEAR
        ? Relaxation.linear(LINEAR * random.nextGaussian())
        : Relaxation.of(kind);
  }

  Gene drawGene(double u, RandomStream random) {
    return new Gene(
        u,
        drawExpanded(random),
        drawOrder(random),
        random.nextDouble() < 0.5,
        drawRelaxation(random),
        drawCorrection(random));
  }

  /** Times near those of a usual spacing, everything else free. */
  Genome draw(RandomStream random) {
    boolean analytic = analyticStart && random.nextDouble() < ANALYTIC;
    double[] u =
        shares(Spacing.values()[random.nextInt(Spacing.values().length)], nfe + (analytic ? 1 : 0));
    List<Gene> genes = new ArrayList<>();
    for (double share : u) {
      genes.add(drawGene(share + timeSpread * random.nextGaussian(), random));
    }
    genes.sort((a, b) -> Double.compare(a.u(), b.u()));
    return new Genome(analytic, genes);
  }

  /** The usual solvers as schedules, each with every spacing: what a search need not find. */
  List<Genome> usual() {
    List<Expanded> forms = new ArrayList<>(expanded);
    if (forms.size() > 1) {
      forms.remove(Expanded.NOISE);
    }
    List<Genome> genomes = new ArrayList<>();
    for (Spacing spacing : Spacing.values()) {
      for (Expanded own : forms) {
        for (int order = 1; order <= 3; order++) {
          for (Correction correction : List.of(Correction.NONE, Correction.FULL)) {
            genomes.add(solver(spacing, own, order, correction));
          }
        }
      }
    }
    return genomes;
  }

  /** Of the data: DDIM, DPM-Solver++(2M), UniP-3, and UniPC with bh2; orders fall at the end. */
  private Genome solver(Spacing spacing, Expanded own, int order, Correction correction) {
    double[] u = shares(spacing, nfe);
    List<Gene> genes = new ArrayList<>();
    for (int i = 1; i <= nfe; i++) {
      int p = Math.min(Math.min(order, i), nfe + 1 - i);
      Relaxation fixed = p < 3 ? Relaxation.of(Relaxation.Kind.BH2) : Relaxation.NONE;
      genes.add(new Gene(u[i - 1], own, p, false, fixed, correction));
    }
    return new Genome(false, genes);
  }

  /** The ends of the steps of a spacing as shares of the way in log-SNR. */
  private double[] shares(Spacing spacing, int steps) {
    double[] times = spacing.times(schedule, tEnd, steps);
    double first = schedule.lambda(times[0]);
    double whole = schedule.lambda(tEnd) - first;
    return Arrays.stream(times).skip(1).map(t -> (schedule.lambda(t) - first) / whole).toArray();
  }
}
