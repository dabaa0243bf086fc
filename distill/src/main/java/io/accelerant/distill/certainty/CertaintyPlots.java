package io.accelerant.distill.certainty;

import io.accelerant.core.report.LinePlot;
import io.accelerant.distill.decode.compare.Frontier;
import java.util.Arrays;
import java.util.stream.IntStream;

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
      double[] loss = findings.trained().get(new TrainingUnit(arm, seed)).crossEntropy();
      int step = Math.max(1, loss.length / POINTS);
      int count = loss.length / step;
      plot.series(
          arm.label(),
          IntStream.range(0, count).mapToDouble(i -> (i + 1) * step).toArray(),
          IntStream.range(0, count)
              .mapToDouble(
                  i -> Arrays.stream(loss, i * step, (i + 1) * step).average().orElseThrow())
              .toArray());
    }
    return plot;
  }
}
