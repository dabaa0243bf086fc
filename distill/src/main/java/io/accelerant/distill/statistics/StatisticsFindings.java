package io.accelerant.distill.statistics;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.Solver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a run found.
 *
 * @param errors [held-out rows] by the names of {@link Control}
 */
record StatisticsFindings(
    StatisticsSettings settings, ModelStatistics statistics, Map<String, double[]> errors) {

  /** DPM-Solver-v3 against another, as a difference of mean squared errors. */
  record Verdict(String name, double own, double other, PairedDifference difference) {
    /** For people. */
    String outcome() {
      return difference.high() < 0
          ? "is better"
          : difference.low() > 0 ? "is WORSE" : "cannot be told apart";
    }
  }

  double mse(String name) {
    return Arrays.stream(errors.get(name)).sum() / errors.get(name).length;
  }

  /** Of one step against data and noise prediction; at the end against every other solver. */
  List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    int order = settings.solver().solver().order();
    for (int p = 1; p <= order; p++) {
      for (String other : List.of(Control.DATA, Control.NOISE)) {
        verdicts.add(verdict(Control.step(p, Control.V3), Control.step(p, other)));
      }
    }
    for (int nfe : settings.nfes()) {
      for (Solver other : Control.others(order)) {
        verdicts.add(verdict(Control.end(nfe, Control.V3), Control.end(nfe, Control.name(other))));
      }
    }
    return verdicts;
  }

  private Verdict verdict(String own, String other) {
    double[] mine = errors.get(own);
    double[] others = errors.get(other);
    double[] first = new double[2 * mine.length];
    double[] second = new double[2 * mine.length];
    for (int row = 0; row < mine.length; row++) {
      first[2 * row] = mine[row];
      first[2 * row + 1] = 1;
      second[2 * row] = others[row];
      second[2 * row + 1] = 1;
    }
    return new Verdict(
        other, mse(own), mse(other), PairedDifference.ofRatios(first, second, settings.seed()));
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    errors.keySet().forEach(name -> metrics.put(name, mse(name)));
    for (Verdict verdict : verdicts()) {
      metrics.putAll(verdict.difference().metrics("verdict." + verdict.name()));
    }
    return metrics;
  }

  /** A quantile over dimensions at every grid point, linear between order statistics. */
  static double[] quantile(double[][] rows, double share) {
    double[] found = new double[rows.length];
    for (int k = 0; k < rows.length; k++) {
      double[] sorted = rows[k].clone();
      Arrays.sort(sorted);
      double place = share * (sorted.length - 1);
      int below = (int) place;
      int above = Math.min(below + 1, sorted.length - 1);
      found[k] = sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
    return found;
  }

  static double[] mean(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(r -> Arrays.stream(r).sum() / r.length).toArray();
  }
}
