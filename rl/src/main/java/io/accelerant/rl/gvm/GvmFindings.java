package io.accelerant.rl.gvm;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All that a run found. */
final class GvmFindings {
  /** Of what plain samples gain, that counts as reached. */
  private static final double REACHED = 0.8;

  /** Prompts that are seldom solved. */
  static final double HARD = 0.3;

  private final GvmSettings settings;
  private final Map<GvmUnit, Trace> traces;
  private final Map<Arm, Line> lines = new LinkedHashMap<>();
  private final List<FrozenStudy.Row> frozen;
  private final List<Verdict> verdicts = new ArrayList<>();

  /**
   * Accuracy of an arm less that of another, paired by seed.
   *
   * @param name of its metrics
   * @param what it says, for people
   */
  record Verdict(String name, String what, Arm first, Arm second, PairedDifference difference) {}

  GvmFindings(GvmSettings settings, Map<GvmUnit, Trace> traces, List<FrozenStudy.Row> frozen) {
    this.settings = settings;
    this.traces = traces;
    this.frozen = frozen;
    for (Arm arm : settings.arms()) {
      lines.put(
          arm,
          new Line(
              arm,
              settings.seeds().stream().map(seed -> traces.get(new GvmUnit(arm, seed))).toList()));
    }
    for (Arm arm : settings.arms()) {
      if (arm.kind() == Arm.Kind.RAFT_TWICE) {
        verdict("premise", "whether samples are scarce", arm, arm.as(Arm.Kind.RAFT_CLIPPED));
      }
      arm.control()
          .map(control -> lines.containsKey(control) ? control : arm.as(Arm.Kind.RAFT_TWICE))
          .ifPresent(control -> verdict("gain", "the allocation alone", arm, control));
      counted(arm).ifPresent(other -> verdict("counted", "probes counted", arm, other));
    }
  }

  /** What draws as many samples as an arm that allocates by probes, and trains on all. */
  private Optional<Arm> counted(Arm arm) {
    if (!arm.probes()
        || arm.budget() == Arm.Budget.UNIFORM
        || arm.algorithm() == Arm.Algorithm.GRPO) {
      return Optional.empty();
    }
    int drawn = drawn(arm);
    return Stream.of(Arm.Kind.RAFT_TWICE, Arm.Kind.RAFT_TOTAL)
        .map(arm::as)
        .filter(other -> lines.containsKey(other) && drawn(other) == drawn)
        .findFirst();
  }

  /** Of a prompt and step, on average. */
  private int drawn(Arm arm) {
    return arm.samples(settings.samples(), settings.probes()) + arm.probes(settings.probes());
  }

  private void verdict(String name, String what, Arm first, Arm second) {
    double[] a = lines.get(first).accuracies();
    double[] b = lines.get(second).accuracies();
    PairedDifference difference =
        PairedDifference.ofPairs(
            IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray());
    String label = name.equals("gain") ? first.label() : Text.of("%s.%s", name, first.label());
    verdicts.add(new Verdict("verdict." + label, what, first, second, difference));
  }

  GvmSettings settings() {
    return settings;
  }

  List<Line> lines() {
    return List.copyOf(lines.values());
  }

  List<FrozenStudy.Row> frozen() {
    return frozen;
  }

  List<Verdict> verdicts() {
    return verdicts;
  }

  Map<GvmUnit, Trace> traces() {
    return traces;
  }

  GvmUnit published() {
    return new GvmUnit(settings.published(), settings.seeds().get(0));
  }

  /** Accuracy that counts as reached, by the arm of plain samples; NaN if that gains nothing. */
  double target(Arm arm) {
    double[] plain = lines.get(arm.as(Arm.Kind.RAFT_CLIPPED)).curve(Trace.Point::accuracy);
    double gain = plain[plain.length - 1] - plain[0];
    return gain > 0 ? plain[0] + REACHED * gain : Double.NaN;
  }

  /** Mean share of an arm's samples on prompts that were seldom solved, first seed. */
  Optional<Double> hardShare(Arm arm) {
    List<Trace.AllocationRow> rows =
        lines.get(arm).traces().get(0).emitted().stream()
            .flatMap(emitted -> emitted.allocation().stream())
            .toList();
    long all = rows.stream().mapToLong(Trace.AllocationRow::n).sum();
    long hard =
        rows.stream()
            .filter(row -> row.p() > 0 && row.p() <= HARD)
            .mapToLong(Trace.AllocationRow::n)
            .sum();
    return all == 0 ? Optional.empty() : Optional.of((double) hard / all);
  }

  /**
   * Of the frozen start, a row over another.
   *
   * @param variance measured, with what the draw of the probes adds
   * @param error measured, squared
   * @param closed variance given the probes
   * @param closedError the same with the square of the bias
   */
  record Ratios(double variance, double error, double closed, double closedError) {
    static Ratios of(FrozenStudy.Row row, FrozenStudy.Row over) {
      return new Ratios(
          row.measured() / over.measured(),
          row.error() / over.error(),
          row.closed() / over.closed(),
          row.closedError() / over.closedError());
    }
  }

  /**
   * A row over uniform samples whose p comes from as many probes; of uniform samples themselves
   * over those whose p comes from all samples: what an estimated p costs.
   */
  Ratios ratios(FrozenStudy.Row row) {
    String uniform = FrozenRule.UNIFORM.label;
    int probes = row.allocation().equals(uniform) ? 0 : row.probes();
    return Ratios.of(row, frozen(uniform, probes).orElseThrow());
  }

  /** A row over uniform samples whose p comes from all samples. */
  Ratios plainRatios(FrozenStudy.Row row) {
    return Ratios.of(row, frozen(FrozenRule.UNIFORM.label, 0).orElseThrow());
  }

  private Optional<FrozenStudy.Row> frozen(String allocation, int probes) {
    return frozen.stream()
        .filter(row -> row.allocation().equals(allocation) && row.probes() == probes)
        .findFirst();
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (Line line : lines.values()) {
      of(line, metrics);
    }
    for (Verdict verdict : verdicts) {
      metrics.putAll(verdict.difference().metrics(verdict.name()));
    }
    for (FrozenStudy.Row row : frozen) {
      String name = "frozen." + FrozenStudy.name(row.allocation(), row.probes());
      Ratios ratios = ratios(row);
      put(metrics, name + ".varianceRatio", ratios.variance());
      put(metrics, name + ".errorRatio", ratios.error());
      put(metrics, name + ".closedRatio", ratios.closed());
      put(metrics, name + ".closedErrorRatio", ratios.closedError());
      put(metrics, name + ".dropped", row.dropped());
    }
    return metrics;
  }

  private void of(Line line, Map<String, Number> metrics) {
    String name = line.arm().label();
    put(metrics, name + ".accuracy", line.accuracy());
    put(metrics, name + ".start", line.spread(trace -> trace.curve().get(0).accuracy()));
    put(metrics, name + ".samples", line.spread(trace -> trace.last().samples()).mean());
    put(metrics, name + ".probes", line.spread(trace -> trace.last().probes()).mean());
    put(metrics, name + ".updates", line.traces().get(0).last().updates());
    put(metrics, name + ".seconds", line.spread(trace -> trace.last().seconds()).mean());
    double target = target(line.arm());
    line.reached(target, Trace.Point::step)
        .ifPresent(steps -> put(metrics, name + ".stepsToTarget", steps));
    line.reached(target, Trace.Point::samples)
        .ifPresent(samples -> put(metrics, name + ".samplesToTarget", samples));
    line.reached(target, point -> point.samples() + point.probes())
        .ifPresent(drawn -> put(metrics, name + ".drawnToTarget", drawn));
    if (line.arm().budget() != Arm.Budget.UNIFORM) {
      put(metrics, name + ".gain", line.spread(Trace::gain).mean());
      put(metrics, name + ".dropped", line.spread(Trace::dropped).mean());
      hardShare(line.arm()).ifPresent(share -> put(metrics, name + ".hardShare", share));
      frozenOf(line.arm())
          .ifPresent(
              row -> {
                put(metrics, name + ".varianceRatio", ratios(row).variance());
                put(metrics, name + ".errorRatio", ratios(row).error());
              });
    }
  }

  /**
   * What was measured at the start of an arm's allocation with as many probes; of the optimum,
   * which needs mean gradients, with all samples.
   */
  private Optional<FrozenStudy.Row> frozenOf(Arm arm) {
    return switch (arm.kind()) {
      case GVM_RAFT_CLIPPED -> frozen(FrozenRule.GVM.label, settings.probes());
      case GVM_OPTIMUM -> frozen(FrozenRule.OPTIMUM.label, 0);
      default -> frozen(arm.kind().label, settings.probes());
    };
  }

  private static void put(Map<String, Number> metrics, String name, Spread spread) {
    put(metrics, name, spread.mean());
    put(metrics, name + ".sd", spread.sd());
  }

  private static void put(Map<String, Number> metrics, String name, double number) {
    if (Double.isFinite(number)) {
      metrics.put(name, number);
    }
  }
}
