package io.accelerant.distill.search;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * All that was found for a number of evaluations.
 *
 * @param uniform every plain solver
 * @param uniformErrors of them on the fit noise
 * @param dc the control DC-Solver, the best on the fit noise
 * @param found every search: arms, and in each the seeds
 * @param named what was measured on held-out noise, by name
 * @param held errors of each held-out row: [named][rows]
 */
record Searched(
    int nfe,
    List<Trial.Plain> uniform,
    double[] uniformErrors,
    Trial.Plain dc,
    List<Evolution.Found> found,
    List<String> named,
    double[][] held) {
  static final String SEARCH = "search";
  static final String UNIFORM = "uniform";
  static final String DC_SOLVER = "dcSolver";

  /** What the published schedule is compared with. */
  static final List<String> CONTROLS = List.of(UNIFORM, Evolution.RANDOM, DC_SOLVER);

  /** A name of the best candidate of one search. */
  static String name(String arm, long seed) {
    return arm + ".seed" + seed;
  }

  /** The search that found the best candidate on the fit noise, among those that learn. */
  static Evolution.Found published(List<Evolution.Found> found) {
    return best(found.stream().filter(f -> !f.arm().equals(Evolution.RANDOM)).toList());
  }

  static Evolution.Found best(List<Evolution.Found> found) {
    return found.stream().min(Comparator.comparingDouble(f -> f.best().error())).orElseThrow();
  }

  static List<Evolution.Found> of(List<Evolution.Found> found, String arm) {
    return found.stream().filter(f -> f.arm().equals(arm)).toList();
  }

  /** The plain solver with the lowest error on the fit noise; of several the first. */
  static int lowest(double[] errors) {
    return IntStream.range(0, errors.length)
        .boxed()
        .min(Comparator.comparingDouble(i -> errors[i]))
        .orElseThrow();
  }

  Evolution.Candidate best() {
    return published(found).best();
  }

  List<String> arms() {
    return found.stream().map(Evolution.Found::arm).distinct().toList();
  }

  double[] rows(String name) {
    return held[named.indexOf(name)];
  }

  double mse(String name) {
    return SearchStages.mean(rows(name), false);
  }

  /** The published schedule minus a control, paired by held-out row. */
  PairedDifference against(String control) {
    double[] own = rows(SEARCH);
    double[] other = rows(control);
    return PairedDifference.ofPairs(
        IntStream.range(0, own.length).mapToDouble(i -> own[i] - other[i]).toArray());
  }

  /** Held-out errors of the best of each seed. */
  Table.Spread overSeeds(String arm) {
    return Table.Spread.of(
        of(found, arm).stream().mapToDouble(f -> mse(name(arm, f.seed()))).toArray());
  }

  /** On the fit noise. */
  Table.Spread fitOverSeeds(String arm) {
    return Table.Spread.of(of(found, arm).stream().mapToDouble(f -> f.best().error()).toArray());
  }

  /** Mean share of pairs that the ranking ordered right before it had seen them; NaN without. */
  double accuracy(String arm) {
    return of(found, arm).stream()
        .flatMap(f -> f.accuracy().stream())
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(Double.NaN);
  }

  /** Candidates that a seed of an arm evaluated. */
  int candidates(String arm) {
    return of(found, arm).get(0).all().size();
  }

  /**
   * @param calls network evaluations of a candidate
   */
  Map<String, Number> metrics(long calls) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    String head = "nfe" + nfe + ".";
    for (String name : named) {
      if (!name.contains(".seed")) {
        metrics.put(head + name + ".mse", mse(name));
      }
    }
    metrics.put(head + SEARCH + ".fit", best().error());
    metrics.put(head + UNIFORM + ".fit", uniformErrors[lowest(uniformErrors)]);
    for (String arm : arms()) {
      String own = head + "arm." + arm;
      put(metrics, own + ".mse", overSeeds(arm));
      put(metrics, own + ".fit", fitOverSeeds(arm));
      metrics.put(own + ".candidates", candidates(arm));
      metrics.put(own + ".networkEvaluations", candidates(arm) * calls);
      if (arm.equals(SearchSettings.RANKED) && !Double.isNaN(accuracy(arm))) {
        metrics.put(own + ".pairAccuracy", accuracy(arm));
      }
    }
    for (String control : CONTROLS) {
      metrics.putAll(against(control).metrics("verdict.nfe" + nfe + "." + control));
    }
    return metrics;
  }

  private static void put(Map<String, Number> metrics, String name, Table.Spread spread) {
    metrics.put(name, spread.mean());
    metrics.put(name + ".sd", spread.sd());
  }
}
