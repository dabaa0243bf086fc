package io.accelerant.distill.certainty;

import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.PairedFrontiers;
import io.accelerant.distill.decode.compare.PairedFrontiers.Ratio;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** All that a run found. */
final class CertaintyFindings {
  /** What the match of the one-per-step decoder may be missed by to count as equal. */
  private static final double EQUAL = 0.01;

  /** Of the evaluations of the base, that self-distillation alone was seen to need. */
  static final double HOPED = 0.8;

  private final CertaintySettings settings;
  private final Trajectories trajectories;
  private final Optional<Trajectories> drawn;
  private final Map<TrainingUnit, Trained> trained;
  private final Line base;
  private final Map<Arm, Line> arms;
  private final List<Written> written;
  private final Map<String, List<Ratio>> ratios = new LinkedHashMap<>();

  /**
   * @param drawn own answers of tempered arms; empty without such arms
   * @param arms in the order of the settings
   * @param written where right is agreement; else none
   */
  CertaintyFindings(
      CertaintySettings settings,
      Trajectories trajectories,
      Optional<Trajectories> drawn,
      Map<TrainingUnit, Trained> trained,
      Line base,
      Map<Arm, Line> arms,
      List<Written> written) {
    this.settings = settings;
    this.trajectories = trajectories;
    this.drawn = drawn;
    this.trained = trained;
    this.base = base;
    this.arms = arms;
    this.written = written;
    arms.forEach(
        (arm, line) -> {
          ratios.put(arm.label(), ratios(line, base));
          if (arm.showsEntropy()) {
            ratios.put(entropyVerdict(arm), ratios(line, arms.get(arm.control())));
          }
          if (arm.variant() != Arm.Variant.PLAIN) {
            ratios.put(optionVerdict(arm), ratios(line, arms.get(arm.plain())));
          }
        });
  }

  /** At every share of right answers. */
  private List<Ratio> ratios(Line first, Line second) {
    return new PairedFrontiers(
            first.outcomes(), second.outcomes(), settings.bootstrap(), settings.seed())
        .at(matches().stream().mapToDouble(m -> m).toArray());
  }

  CertaintySettings settings() {
    return settings;
  }

  Trajectories trajectories() {
    return trajectories;
  }

  Optional<Trajectories> drawn() {
    return drawn;
  }

  Map<TrainingUnit, Trained> trained() {
    return trained;
  }

  /** The base, then every arm. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>(List.of(base));
    lines.addAll(arms.values());
    return lines;
  }

  Line base() {
    return base;
  }

  Map<Arm, Line> arms() {
    return arms;
  }

  List<Written> written() {
    return written;
  }

  /** Name of what the entropy did to an arm that {@linkplain Arm#showsEntropy shows} it. */
  static String entropyVerdict(Arm arm) {
    return "entropy." + arm;
  }

  /** Name of what its variant did to an arm that has one. */
  static String optionVerdict(Arm arm) {
    return "option." + arm;
  }

  /** Those of the settings, and that which counts as equal to one position a forward. */
  List<Double> matches() {
    List<Double> matches = new ArrayList<>(settings.matches());
    matches.add(equalMatch());
    return matches;
  }

  /** Evaluations over those of the base, or of the arm without the entropy or the variant. */
  Ratio ratio(String verdict, int match) {
    return ratios.get(verdict).get(match);
  }

  /** The base's match at one position a forward, or its best if that is not compared, less .01. */
  double equalMatch() {
    return equalMatch(base.test().get(0));
  }

  private static double equalMatch(Compared c) {
    int[] slow = c.pointsOf(List.of(RuleKind.ONE_PER_STEP));
    double match = slow.length > 0 ? c.exactMatch(slow[0]) : c.outcomes().frontier().bestMatch();
    return match - EQUAL;
  }

  private double fitEqualMatch() {
    return equalMatch(base.fit().get(0));
  }

  /** On the prompts that choose: fewest evaluations at equal match; or nearest to that match. */
  Arm published() {
    double wanted = fitEqualMatch();
    return arms.keySet().stream()
        .min(
            Comparator.comparingDouble(
                    (Arm arm) ->
                        arms.get(arm).fitEvaluationsAt(wanted).orElse(Double.POSITIVE_INFINITY))
                .thenComparingDouble(arm -> -arms.get(arm).fitBestMatch()))
        .orElseThrow();
  }

  TrainingUnit publishedUnit() {
    return new TrainingUnit(published(), settings.seeds().get(0));
  }

  /** Number of the published model's decoder, chosen on the same prompts. */
  int publishedPoint() {
    return Line.cheapest(arms.get(published()).fit().get(0), fitEqualMatch());
  }

  Decoder publishedDecoder() {
    return base.points().get(publishedPoint());
  }

  /** Of the published model under its decoder, on the prompts that are reported. */
  Compared publishedTest() {
    return arms.get(published()).test().get(0);
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("trajectories", trajectories.count());
    metrics.put("trajectories.right", trajectories.right());
    metrics.put("trajectories.evaluations", Compared.mean(trajectories.evaluations()));
    drawn.ifPresent(answers -> metrics.put("tempered.right", answers.right()));
    metrics.put("equalMatch", equalMatch());
    metrics.put("published.exactMatch", publishedTest().exactMatch(publishedPoint()));
    metrics.put("published.evaluations", publishedTest().evaluations(publishedPoint()));
    for (Line line : lines()) {
      of(line, metrics);
    }
    arms.keySet().forEach(arm -> training(arm, metrics));
    written.forEach(one -> one.metrics(metrics));
    ratios.forEach((name, found) -> verdict("verdict." + name, found, metrics));
    return metrics;
  }

  private void of(Line line, Map<String, Number> metrics) {
    for (int point = 0; point < line.points().size(); point++) {
      String name = line.label() + "." + line.points().get(point).label();
      put(metrics, name + ".exactMatch", line.exactMatch(point));
      put(metrics, name + ".evaluations", line.evaluations(point));
    }
    for (double match : settings.matches()) {
      at(match, Text.of("evaluationsAt%s.%s", match, line.label()), line, metrics);
    }
    at(equalMatch(), "stepsAtEqualMatch." + line.label(), line, metrics);
    put(metrics, line.label() + ".calibrationError", line.calibration(c -> c.error()));
    put(metrics, line.label() + ".confidence", line.calibration(c -> c.meanConfidence()));
    put(metrics, line.label() + ".accuracy", line.calibration(c -> c.accuracy()));
  }

  /** By all decoders, and by those of each rule. */
  private static void at(double match, String name, Line line, Map<String, Number> metrics) {
    line.evaluationsAt(match).ifPresent(n -> metrics.put(name, n));
    for (RuleKind rule : line.rules()) {
      line.evaluationsAt(rule, match).ifPresent(n -> metrics.put(name + "." + rule.label(), n));
    }
  }

  /** Means over the last tenth of the rounds, then over seeds. */
  private void training(Arm arm, Map<String, Number> metrics) {
    put(metrics, arm + ".trained.crossEntropy", atEnd(arm, Trained::crossEntropy));
    put(metrics, arm + ".trained.entropy", atEnd(arm, Trained::entropy));
    put(metrics, arm + ".trained.kept", atEnd(arm, Trained::kept));
  }

  private Spread atEnd(Arm arm, Function<Trained, double[]> column) {
    return Spread.of(
        settings.seeds().stream()
            .map(seed -> column.apply(trained.get(new TrainingUnit(arm, seed))))
            .mapToDouble(
                rounds ->
                    Arrays.stream(rounds, rounds.length * 9 / 10, rounds.length)
                        .average()
                        .orElseThrow())
            .toArray());
  }

  private static void put(Map<String, Number> metrics, String name, Spread spread) {
    metrics.put(name, spread.mean());
    if (spread.sd() > 0) {
      metrics.put(name + ".sd", spread.sd());
    }
  }

  /** What is not reached has no number. */
  private void verdict(String name, List<Ratio> found, Map<String, Number> metrics) {
    for (int m = 0; m < found.size(); m++) {
      Ratio ratio = found.get(m);
      String at = name + (m < settings.matches().size() ? ".match" + matches().get(m) : ".equal");
      putFinite(metrics, at, ratio.value());
      putFinite(metrics, at + ".low", ratio.low());
      putFinite(metrics, at + ".high", ratio.high());
    }
  }

  private static void putFinite(Map<String, Number> metrics, String name, double number) {
    if (Double.isFinite(number)) {
      metrics.put(name, number);
    }
  }
}
