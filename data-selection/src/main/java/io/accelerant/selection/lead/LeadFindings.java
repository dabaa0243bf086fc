package io.accelerant.selection.lead;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** All that a run found. */
final class LeadFindings {
  /** Of what is wrong in the pool, the share that a guard may let through. */
  static final double LET_THROUGH = 0.2;

  private final LeadSettings settings;
  private final List<String> tasks;
  private final Truth truth;
  private final Pool pool;
  private final Map<LeadUnit, Trace> traces;
  private final Map<Arm, Line> lines = new LinkedHashMap<>();
  private final List<Measure> measures = new ArrayList<>();
  private final List<Verdict> verdicts = new ArrayList<>();

  /**
   * What arms are compared by.
   *
   * @param name of its metrics
   * @param rises whether more is better
   * @param slack whether LEAD may end a standard deviation behind random rows
   */
  record Measure(
      String name, String what, boolean rises, boolean slack, ToDoubleFunction<Trace> of) {}

  /** A measure of an arm less that of another, paired by seed. */
  record Verdict(Arm first, Arm second, Measure measure, PairedDifference difference) {
    String name() {
      return "verdict." + first.label() + "-" + second.label() + "." + measure.name();
    }
  }

  /**
   * @param tasks of the test rows
   */
  LeadFindings(
      LeadSettings settings,
      List<String> tasks,
      Truth truth,
      Pool pool,
      Map<LeadUnit, Trace> traces) {
    this.settings = settings;
    this.tasks = tasks;
    this.truth = truth;
    this.pool = pool;
    this.traces = traces;
    for (Arm arm : settings.arms()) {
      lines.put(
          arm,
          new Line(
              arm,
              settings.seeds().stream().map(seed -> traces.get(new LeadUnit(arm, seed))).toList()));
    }
    measure();
    verdict(Arm.LEAD, Arm.RANDOM);
    verdict(Arm.LEAD, Arm.RANDOM_GUARD_ONCE);
    verdict(Arm.LEAD, Arm.TOP_LOSS_GUARD);
    verdict(Arm.LEAD, Arm.LEAD_NO_BANDIT);
    verdict(Arm.LEAD_FAITHFUL, Arm.RANDOM);
    if (best() != Arm.LEAD && best() != Arm.RANDOM) {
      verdict(best(), Arm.RANDOM);
    }
    if (best() != Arm.LEAD && best() != Arm.TOP_LOSS_GUARD) {
      verdict(best(), Arm.TOP_LOSS_GUARD);
    }
  }

  private void measure() {
    boolean answered = lines.get(Arm.RANDOM).traces().get(0).judged().accuracy() >= 0;
    IntPredicate isNew = task -> settings.newTasks().contains(tasks.get(task));
    boolean someNew = IntStream.range(0, tasks.size()).anyMatch(isNew);
    boolean someOld = !IntStream.range(0, tasks.size()).allMatch(isNew);
    if (answered && someNew) {
      measures.add(
          new Measure("newTasks", "new tasks", true, true, t -> t.judged().accuracy(isNew)));
    }
    if (answered && someNew && someOld) {
      measures.add(
          new Measure(
              "oldTasks", "old tasks", true, false, t -> t.judged().accuracy(isNew.negate())));
    }
    measures.add(new Measure("testLoss", "test loss", false, true, t -> t.judged().loss()));
  }

  private void verdict(Arm first, Arm second) {
    for (Measure measure : measures) {
      double[] a = lines.get(first).bySeed(measure.of());
      double[] b = lines.get(second).bySeed(measure.of());
      verdicts.add(
          new Verdict(
              first,
              second,
              measure,
              PairedDifference.ofPairs(
                  IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray())));
    }
  }

  LeadSettings settings() {
    return settings;
  }

  List<String> tasks() {
    return tasks;
  }

  Truth truth() {
    return truth;
  }

  Pool pool() {
    return pool;
  }

  Map<LeadUnit, Trace> traces() {
    return traces;
  }

  List<Line> lines() {
    return List.copyOf(lines.values());
  }

  Line line(Arm arm) {
    return lines.get(arm);
  }

  /** The first decides which arm is best. */
  List<Measure> measures() {
    return measures;
  }

  List<Verdict> verdicts() {
    return verdicts;
  }

  /** The best arm that knows no truth and has no more than its budget, by the first measure. */
  Arm best() {
    Measure by = measures.get(0);
    Comparator<Line> order =
        Comparator.comparingDouble(line -> (by.rises() ? 1 : -1) * line.spread(by.of()).mean());
    return lines.values().stream()
        .filter(line -> line.arm() != Arm.ORACLE && line.arm() != Arm.FULL)
        .max(order)
        .orElseThrow()
        .arm();
  }

  /** Share of what is wrong among an arm's uses of rows, over that of the pool; of one seed. */
  double wrongOfPool(Trace trace) {
    return truth.wrongShare(trace.chosen()) / truth.wrongShare();
  }

  /** As {@link #wrongOfPool(Trace)} over seeds; nothing if nothing is wrong in the pool. */
  Optional<PairedDifference> wrongOfPool(Arm arm) {
    return truth.wrongShare() == 0
        ? Optional.empty()
        : Optional.of(PairedDifference.ofPairs(lines.get(arm).bySeed(this::wrongOfPool)));
  }

  /** Each of what is wrong in the pool: as {@link #wrongOfPool(Arm)}, of it alone. */
  SortedMap<String, PairedDifference> wrongOfPoolByFlag(Arm arm) {
    SortedMap<String, PairedDifference> shares = new TreeMap<>();
    truth
        .shares()
        .forEach(
            (flag, share) -> {
              if (truth.wrong().contains(flag)) {
                shares.put(
                    flag,
                    PairedDifference.ofPairs(
                        lines
                            .get(arm)
                            .bySeed(
                                t -> truth.shares(t.chosen()).getOrDefault(flag, 0.0) / share)));
              }
            });
    return shares;
  }

  /** Time between rounds over time of updates, mean over seeds. */
  double selectionShare(Arm arm) {
    Line line = lines.get(arm);
    return line.spread(Trace::selectionSeconds).mean() / line.spread(Trace::trainingSeconds).mean();
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("pool.rows", truth.rows());
    put(metrics, "pool.plantedShare", truth.wrongShare());
    truth.shares().forEach((flag, share) -> put(metrics, "pool.planted." + flag, share));
    lines.values().forEach(line -> of(line, metrics));
    put(metrics, "selectionShareOfTime", selectionShare(settings.published()));
    for (Verdict verdict : verdicts) {
      metrics.putAll(verdict.difference().metrics(verdict.name()));
    }
    wrongOfPool(Arm.LEAD).ifPresent(share -> metrics.putAll(share.metrics("verdict.plantedShare")));
    wrongOfPoolByFlag(Arm.LEAD)
        .forEach((flag, share) -> metrics.putAll(share.metrics("verdict.planted." + flag)));
    new Costs(this).metrics().forEach((name, number) -> put(metrics, name, number));
    return metrics;
  }

  private void of(Line line, Map<String, Number> metrics) {
    String name = line.arm().label();
    put(metrics, name + ".testLoss", line.spread(t -> t.judged().loss()));
    put(metrics, name + ".accuracy", line.spread(t -> t.judged().accuracy()));
    for (int i = 0; i < tasks.size(); i++) {
      int task = i;
      put(
          metrics,
          name + ".accuracy." + tasks.get(i),
          line.spread(t -> t.judged().accuracy(other -> other == task)));
    }
    measures.stream()
        .filter(Measure::rises)
        .forEach(measure -> put(metrics, name + "." + measure.name(), line.spread(measure.of())));
    put(metrics, name + ".plantedShare", line.spread(t -> truth.wrongShare(t.chosen())));
    planted(line).forEach((flag, share) -> put(metrics, name + ".planted." + flag, share));
    put(metrics, name + ".warmUpShare", warmUpShare(line));
    put(metrics, name + ".distinct", line.spread(Trace::distinct).mean());
    put(metrics, name + ".uses", line.spread(Trace::uses).mean());
    put(metrics, name + ".updates", line.spread(Trace::updates).mean());
    put(metrics, name + ".seconds", line.spread(Trace::seconds).mean());
  }

  /** Mean share of the warm-up's rows among the uses of an arm. */
  double warmUpShare(Line line) {
    return line.spread(t -> pool.warmUpShare(t.chosen())).mean();
  }

  /** Mean shares of what is planted in the rows that an arm used. */
  SortedMap<String, Double> planted(Line line) {
    SortedMap<String, Double> shares = new TreeMap<>();
    for (String flag : truth.shares().keySet()) {
      shares.put(flag, line.spread(t -> truth.shares(t.chosen()).getOrDefault(flag, 0.0)).mean());
    }
    return shares;
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
