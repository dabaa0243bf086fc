package io.accelerant.distill.mmd;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All that a run found. */
final class MmdFindings {
  private final MmdSettings settings;
  private final Map<String, Double> floors;
  private final Map<Cell, List<Measured>> measured = new LinkedHashMap<>();
  private final Map<Cell, Map<Long, Trained>> trained = new LinkedHashMap<>();

  /**
   * @param floors metrics of real images
   */
  MmdFindings(MmdSettings settings, Map<String, Double> floors) {
    this.settings = settings;
    this.floors = floors;
  }

  /** Adds what was measured under the next seed. */
  void add(Cell cell, Measured found) {
    measured.computeIfAbsent(cell, c -> new ArrayList<>()).add(found);
  }

  void add(Cell cell, long seed, Trained found) {
    trained.computeIfAbsent(cell, c -> new LinkedHashMap<>()).put(seed, found);
  }

  MmdSettings settings() {
    return settings;
  }

  Map<String, Double> floors() {
    return floors;
  }

  List<Cell> cells() {
    return List.copyOf(measured.keySet());
  }

  Map<Cell, Map<Long, Trained>> trained() {
    return trained;
  }

  /** What is published: the first steps, features and seed. */
  Cell published() {
    return new Cell(Cell.FINETUNED, settings.steps().get(0));
  }

  Trained publishedTraining() {
    return trained.get(published()).get(settings.seeds().get(0));
  }

  Measured first(Cell cell) {
    return measured.get(cell).get(0);
  }

  Spread spread(Cell cell, String metric) {
    return Spread.of(
        measured.get(cell).stream().mapToDouble(m -> m.metrics().get(metric)).toArray());
  }

  private boolean has(Cell cell) {
    return measured.containsKey(cell);
  }

  /** Comparisons of the finetuned model at each number of steps, by name. */
  Map<String, PairedDifference> verdicts() {
    Map<String, PairedDifference> verdicts = new LinkedHashMap<>();
    for (int steps : settings.steps()) {
      Cell own = new Cell(Cell.FINETUNED, steps);
      for (Cell other : cells()) {
        if (!other.equals(own) && isCompared(other, steps)) {
          for (String space : Spaces.OF_VERDICTS) {
            verdicts.put(
                Text.of("%s.%s.%s", "n" + steps, space, other),
                difference(own, other, "frechet." + space));
          }
        }
      }
    }
    return verdicts;
  }

  /** At as many evaluations, and DDIM at more. */
  private boolean isCompared(Cell other, int steps) {
    return other.steps() == steps
        || (other.arm().equals(Cell.DDIM) && settings.baselineSteps().contains(other.steps()));
  }

  /** Paired by seed; under a single seed, by blocks of samples. */
  private PairedDifference difference(Cell own, Cell other, String metric) {
    List<Measured> a = measured.get(own);
    List<Measured> b = measured.get(other);
    int seeds = a.size();
    if (seeds == 1) {
      double[] first = a.get(0).without().get(metric);
      double[] second = b.get(0).without().get(metric);
      return PairedDifference.ofBlocks(
          spread(own, metric).mean() - spread(other, metric).mean(),
          IntStream.range(0, first.length).mapToDouble(k -> first[k] - second[k]).toArray());
    }
    return PairedDifference.ofPairs(
        IntStream.range(0, seeds)
            .mapToDouble(s -> a.get(s).metrics().get(metric) - b.get(s).metrics().get(metric))
            .toArray());
  }

  /** Distance over that of DDIM in as many steps: the better one of both sets of times. */
  double ratio(int steps, String space) {
    String metric = "frechet." + space;
    double best =
        cells().stream()
            .filter(c -> c.steps() == steps && c.arm().startsWith(Cell.DDIM))
            .mapToDouble(c -> spread(c, metric).mean())
            .min()
            .orElseThrow();
    return spread(new Cell(Cell.FINETUNED, steps), metric).mean() / best;
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>(floors);
    measured.forEach(
        (cell, seeds) ->
            seeds
                .get(0)
                .metrics()
                .keySet()
                .forEach(
                    name -> {
                      Spread spread = spread(cell, name);
                      metrics.put(cell + "." + name, spread.mean());
                      if (seeds.size() > 1) {
                        metrics.put(cell + "." + name + ".sd", spread.sd());
                      }
                    }));
    for (int steps : settings.steps()) {
      for (String space : Spaces.NAMES) {
        metrics.put(Text.of("ratio.n%d.%s", steps, space), ratio(steps, space));
      }
    }
    verdicts().forEach((name, verdict) -> metrics.putAll(verdict.metrics("verdict." + name)));
    return metrics;
  }
}
