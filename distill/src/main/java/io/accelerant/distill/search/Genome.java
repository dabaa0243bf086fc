package io.accelerant.distill.search;

import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.ScheduledStep;
import io.accelerant.distill.continuous.StepSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A candidate: whether its start is analytic, and the choices of its steps. */
record Genome(boolean analytic, List<Gene> genes) {
  /** Steps are at least a tenth of a uniform one, in log-SNR. */
  private static final double LEAST = 0.1;

  /** Brings the choices into the one form in which equal samplers are equal genomes. */
  Genome {
    int steps = genes.size();
    double gap = LEAST / steps;
    double[] u = genes.stream().mapToDouble(Gene::u).toArray();
    u[steps - 1] = 1;
    for (int i = 0; i < steps - 1; i++) {
      u[i] = Math.max(u[i], (i == 0 ? 0 : u[i - 1]) + gap);
    }
    for (int i = steps - 2; i >= 0; i--) {
      u[i] = Math.min(u[i], u[i + 1] - gap);
    }
    List<Gene> own = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      own.add(genes.get(i).withU(u[i]).at(i + 1, i == steps - 1));
    }
    genes = List.copyOf(own);
  }

  /** Points of a grid on which no two times of so many steps can meet. */
  static int finest(int steps) {
    return (int) Math.ceil(steps / LEAST) + 1;
  }

  int steps() {
    return genes.size();
  }

  /** The sampler. */
  StepSchedule schedule(Schedule schedule, double tEnd) {
    double start = schedule.start();
    double first = schedule.lambda(start);
    double whole = schedule.lambda(tEnd) - first;
    List<ScheduledStep> steps = new ArrayList<>();
    for (Gene gene : genes) {
      double t = gene.u() == 1 ? tEnd : schedule.timeOfLambda(first + gene.u() * whole);
      steps.add(gene.step(t));
    }
    return new StepSchedule(start, analytic, steps);
  }

  /** One line: the share of the way and the choices of each step. */
  String describe() {
    return (analytic ? "analytic start; " : "")
        + genes.stream()
            .map(gene -> Text.of("%.3f %s", gene.u(), gene.describe()))
            .collect(Collectors.joining("; "));
  }
}
