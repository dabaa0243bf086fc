package io.accelerant.rl.offline;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.math.RankCorrelation;
import io.accelerant.core.report.Table;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All scores: {@code 100 (R - R_random) / (R_good - R_random)} of mean returns over the same
 * starts.
 */
final class Results {
  private final double random;
  private final double good;
  private final Map<Cell, Trained> trained = new LinkedHashMap<>();
  private final Map<String, Map<Weighting, WeightSummary>> summaries = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  Results(double random, double good) {
    this.random = random;
    this.good = good;
  }

  void add(Cell cell, Trained result) {
    trained.put(cell, result);
  }

  void add(String source, Map<Weighting, WeightSummary> ofSource) {
    summaries.put(source, ofSource);
  }

  void warn(String warning) {
    warnings.add(warning);
  }

  /** What the scores must be read with. */
  List<String> warnings() {
    return warnings;
  }

  double random() {
    return random;
  }

  double good() {
    return good;
  }

  double normalised(double value) {
    return 100 * (value - random) / (good - random);
  }

  Map<Cell, Trained> trained() {
    return trained;
  }

  List<String> datasets() {
    return trained.keySet().stream().map(Cell::dataset).distinct().toList();
  }

  List<Algorithm> algorithms() {
    return trained.keySet().stream().map(Cell::algorithm).distinct().toList();
  }

  List<Weighting> weightings() {
    return trained.keySet().stream().map(Cell::weighting).distinct().toList();
  }

  private double[] scores(String dataset, Weighting weighting, Algorithm algorithm) {
    return trained.entrySet().stream()
        .filter(
            e ->
                e.getKey().dataset().equals(dataset)
                    && e.getKey().weighting() == weighting
                    && e.getKey().algorithm() == algorithm)
        .mapToDouble(e -> normalised(e.getValue().meanReturn()))
        .toArray();
  }

  /** Mean and standard deviation over seeds. */
  Table.Spread score(String dataset, Weighting weighting, Algorithm algorithm) {
    return Table.Spread.of(scores(dataset, weighting, algorithm));
  }

  /** AW minus uniform, seed by seed. */
  Table.Spread gain(String dataset, Algorithm algorithm) {
    return Table.Spread.of(gains(dataset, algorithm));
  }

  private double[] gains(String dataset, Algorithm algorithm) {
    double[] aw = scores(dataset, Weighting.AW, algorithm);
    double[] uniform = scores(dataset, Weighting.UNIFORM, algorithm);
    for (int i = 0; i < aw.length; i++) {
      aw[i] -= uniform[i];
    }
    return aw;
  }

  boolean hasGain() {
    return weightings().containsAll(List.of(Weighting.AW, Weighting.UNIFORM));
  }

  private List<WeightSummary> summaries(String dataset, Weighting weighting) {
    return trained.keySet().stream()
        .filter(cell -> cell.dataset().equals(dataset))
        .map(Cell::source)
        .distinct()
        .map(source -> summaries.get(source).get(weighting))
        .toList();
  }

  /** J of the weighted data as a score, mean over its collections. */
  double dataScore(String dataset, Weighting weighting) {
    return summaries(dataset, weighting).stream()
        .mapToDouble(s -> normalised(s.weightedReturn()))
        .average()
        .orElseThrow();
  }

  /** Positive-sided variance of normalised returns, mean over collections. */
  double psv(String dataset) {
    return summaries(dataset, weightings().get(0)).stream()
        .mapToDouble(WeightSummary::psvNormalised)
        .average()
        .orElseThrow();
  }

  double secondsPerStep(Algorithm algorithm) {
    double[] sorted =
        trained.entrySet().stream()
            .filter(e -> e.getKey().algorithm() == algorithm)
            .mapToDouble(e -> e.getValue().secondsPerStep())
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }

  /** Spearman's rank correlation of gain and PSV over data sets; NaN below three. */
  double spearman(Algorithm algorithm) {
    List<String> names = datasets();
    if (names.size() < 3 || !hasGain()) {
      return Double.NaN;
    }
    double[] psv = names.stream().mapToDouble(this::psv).toArray();
    double[] gain = names.stream().mapToDouble(n -> gain(n, algorithm).mean()).toArray();
    return RankCorrelation.of(psv, gain);
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("randomReturn", random);
    metrics.put("goodReturn", good);
    for (String dataset : datasets()) {
      metrics.put(dataset + ".psvNormalised", psv(dataset));
      for (Weighting weighting : weightings()) {
        metrics.put(dataset + "." + weighting.label() + ".data", dataScore(dataset, weighting));
      }
      for (Algorithm algorithm : algorithms()) {
        String prefix = dataset + "." + algorithm.label() + ".";
        for (Weighting weighting : weightings()) {
          Table.Spread score = score(dataset, weighting, algorithm);
          metrics.put(prefix + weighting.label(), score.mean());
          metrics.put(prefix + weighting.label() + ".sd", score.sd());
        }
        if (hasGain()) {
          double[] gains = gains(dataset, algorithm);
          metrics.putAll(PairedDifference.ofPairs(gains).metrics(prefix + "verdict"));
          metrics.put(prefix + "verdict.sd", Table.Spread.of(gains).sd());
        }
      }
    }
    for (Algorithm algorithm : algorithms()) {
      metrics.put("secondsPerStep." + algorithm.label(), secondsPerStep(algorithm));
      double spearman = spearman(algorithm);
      if (Double.isFinite(spearman)) {
        metrics.put("spearman." + algorithm.label(), spearman);
      }
    }
    return metrics;
  }

  /** {@code [cell label, score]} of all cells. */
  List<Object[]> rows() {
    List<Object[]> rows = new ArrayList<>();
    trained.forEach(
        (cell, result) ->
            rows.add(
                new Object[] {
                  cell.dataset(),
                  cell.source(),
                  cell.weighting().label(),
                  cell.algorithm().label(),
                  cell.seed(),
                  result.meanReturn(),
                  normalised(result.meanReturn())
                }));
    return rows;
  }
}
