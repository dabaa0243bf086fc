package io.accelerant.distill.certainty;

import io.accelerant.core.report.LinePlot;
import io.accelerant.distill.decode.compare.Frontier;

/** The curves of a report, one for each model. */
final class CertaintyPlots {
  private static final int POINTS = 100;

  private CertaintyPlots() {}

  /** Match against evaluations. */
  static LinePlot frontiers(CertaintyFindings findings) {
    LinePlot plot = LinePlot.of("Decoders", "evaluations", "exact match");
    for (Line line : findings.lines()) {
      Frontier frontier = line.frontier();
      plot.series(line.label(), frontier.evaluations(), frontier.match());
    }
    return plot;
  }

  /** Cross entropy against rounds, first seed, means of neighbours. */
  static LinePlot losses(CertaintyFindings findings) {
    LinePlot plot = LinePlot.of("Training", "round", "cross entropy, nats");
    long seed = findings.settings().seeds().get(0);
    for (Arm arm : findings.arms().keySet()) {
      plot.averaged(
          arm.label(), findings.trained().get(new TrainingUnit(arm, seed)).crossEntropy(), POINTS);
    }
    return plot;
  }
}
