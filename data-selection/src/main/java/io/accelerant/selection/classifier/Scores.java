package io.accelerant.selection.classifier;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.selection.classifier.SubsetTraining.Trained;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The cells of the table over their seeds. Accuracies are of the test images, in percent. */
record Scores(Map<Cell, Trained> cells) {
  /** Mean and spread over the seeds of a row, or empty if it was not trained. */
  Optional<Spread> of(Choice choice, double ratio, ToDoubleFunction<Trained> number) {
    double[] values = bySeed(choice, ratio, number);
    return values.length == 0 ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** In the order of their seeds. */
  private double[] bySeed(Choice choice, double ratio, ToDoubleFunction<Trained> number) {
    return cells.entrySet().stream()
        .filter(e -> e.getKey().choice() == choice && e.getKey().ratio() == ratio)
        .sorted(Comparator.comparingLong(e -> e.getKey().seed()))
        .mapToDouble(e -> number.applyAsDouble(e.getValue()))
        .toArray();
  }

  Optional<Spread> accuracy(Choice choice, double ratio) {
    return of(choice, ratio, Trained::last);
  }

  long seeds(Choice choice, double ratio) {
    return cells.keySet().stream().filter(c -> c.choice() == choice && c.ratio() == ratio).count();
  }

  /** Ratios in order of appearance, without that of {@link Choice#FULL}. */
  List<Double> ratios() {
    return cells.keySet().stream()
        .filter(c -> c.choice() != Choice.FULL)
        .map(Cell::ratio)
        .distinct()
        .toList();
  }

  /** The cell of the highest last accuracy; the first of equal ones. */
  Cell best() {
    Cell best = null;
    for (Cell cell : cells.keySet()) {
      best = best == null || cells.get(cell).last() > cells.get(best).last() ? cell : best;
    }
    return best;
  }

  /** Points by which RS2 without replacement is above the static subset. */
  Optional<Double> gainOverStatic(double ratio) {
    return difference(accuracy(Choice.WITHOUT_REPLACEMENT, ratio), accuracy(Choice.STATIC, ratio));
  }

  /** The same, paired by seed; the interval is infinite under a single one. */
  private Optional<PairedDifference> pairedGain(double ratio) {
    double[] own = bySeed(Choice.WITHOUT_REPLACEMENT, ratio, Trained::last);
    double[] fixed = bySeed(Choice.STATIC, ratio, Trained::last);
    return own.length == 0 || own.length != fixed.length
        ? Optional.empty()
        : Optional.of(
            PairedDifference.ofPairs(
                IntStream.range(0, own.length).mapToDouble(s -> own[s] - fixed[s]).toArray()));
  }

  /** Points by which training on everything is above RS2 without replacement. */
  Optional<Double> gapToFull(double ratio) {
    return difference(accuracy(Choice.FULL, 1), accuracy(Choice.WITHOUT_REPLACEMENT, ratio));
  }

  private static Optional<Double> difference(Optional<Spread> a, Optional<Spread> b) {
    return a.flatMap(x -> b.map(y -> x.mean() - y.mean()));
  }

  /** Time of RS2 without replacement as a share of that of training on everything. */
  Optional<Double> shareOfFull(double ratio, ToDoubleFunction<Trained> seconds) {
    Optional<Spread> full = of(Choice.FULL, 1, seconds);
    return of(Choice.WITHOUT_REPLACEMENT, ratio, seconds)
        .flatMap(own -> full.map(f -> own.mean() / f.mean()));
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (Cell cell : cells.keySet()) {
      if (metrics.containsKey(cell.row() + ".accuracy")) {
        continue;
      }
      put(metrics, cell, "accuracy", Trained::last);
      put(metrics, cell, "seconds", Trained::seconds);
      put(metrics, cell, "cpuSeconds", Trained::cpuSeconds);
      metrics.put(cell.row() + ".steps", cells.get(cell).steps());
      metrics.put(cell.row() + ".seeds", seeds(cell.choice(), cell.ratio()));
    }
    for (double ratio : ratios()) {
      gainOverStatic(ratio).ifPresent(g -> metrics.put("gainOverStatic.r" + ratio, g));
      pairedGain(ratio)
          .filter(g -> Double.isFinite(g.high()))
          .ifPresent(
              g -> {
                metrics.put("gainOverStatic.r" + ratio + ".low", g.low());
                metrics.put("gainOverStatic.r" + ratio + ".high", g.high());
              });
      gapToFull(ratio).ifPresent(g -> metrics.put("gapToFull.r" + ratio, g));
      shareOfFull(ratio, Trained::seconds).ifPresent(t -> metrics.put("timeOfFull.r" + ratio, t));
      shareOfFull(ratio, Trained::cpuSeconds)
          .ifPresent(t -> metrics.put("cpuTimeOfFull.r" + ratio, t));
    }
    return metrics;
  }

  private void put(
      Map<String, Number> metrics, Cell cell, String name, ToDoubleFunction<Trained> number) {
    Spread spread = of(cell.choice(), cell.ratio(), number).orElseThrow();
    metrics.put(cell.row() + "." + name, spread.mean());
    metrics.put(cell.row() + "." + name + ".sd", spread.sd());
  }
}
