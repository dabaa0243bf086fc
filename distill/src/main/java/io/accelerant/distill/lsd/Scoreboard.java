package io.accelerant.distill.lsd;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Table.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Every sampler that was measured, by name and number of steps, and what follows from it: means
 * over seeds, verdicts, the number of plain steps a student replaces.
 *
 * @param guard largest relative gap to the entropy of the data that counts as equal
 */
record Scoreboard(LsdTeacher teacher, double guard, long seed, List<Entry> entries) {

  /**
   * A sampler at a number of steps; as a text, the start of its metrics' names.
   *
   * @param sampler euler, tweedie, jys, constant, paper, student, objective.&lt;name&gt; or
   *     firstHitting
   */
  record Key(String sampler, int steps) {
    @Override
    public String toString() {
      return sampler + ".m" + steps;
    }
  }

  /**
   * What was measured.
   *
   * @param seeds one measurement for each evaluation seed
   */
  record Entry(Key key, List<Measured> seeds) {
    String sampler() {
      return key.sampler();
    }

    int steps() {
      return key.steps();
    }

    Spread spread(ToDoubleFunction<Measured> metric) {
      return Spread.of(seeds.stream().mapToDouble(metric).toArray());
    }

    Measured pooled() {
      return Measured.concatenate(seeds);
    }
  }

  Optional<Entry> find(String sampler, int steps) {
    Key key = new Key(sampler, steps);
    return entries.stream().filter(e -> e.key().equals(key)).findFirst();
  }

  Entry get(String sampler, int steps) {
    return find(sampler, steps).orElseThrow();
  }

  /** Rows of one sampler in order of steps. */
  List<Entry> of(String sampler) {
    return entries.stream()
        .filter(e -> e.sampler().equals(sampler))
        .sorted(java.util.Comparator.comparingInt(Entry::steps))
        .toList();
  }

  List<String> samplers() {
    return entries.stream().map(Entry::sampler).distinct().toList();
  }

  /** The main metric, mean over seeds. */
  double main(Entry entry) {
    return entry.spread(teacher.meter()::of).mean();
  }

  /** Student minus best constant on the main metric, paired by seed and sample. */
  PairedDifference verdict(int steps) {
    return teacher
        .meter()
        .difference(get("student", steps).pooled(), get("constant", steps).pooled(), seed);
  }

  /** |entropy / entropy of the data - 1|. */
  double entropyGap(Entry entry) {
    return Math.abs(entry.spread(Measured::entropy).mean() / teacher.dataEntropy() - 1);
  }

  /**
   * How many Euler steps a student is worth.
   *
   * @param steps the number, or the end of the measured ones where it lies outside
   */
  record EulerSteps(double steps, Bound bound) {
    enum Bound {
      EXACT(""),
      /** The least number of steps that was measured is as good as the student, or better. */
      AT_MOST("at most "),
      /** The largest number of steps that was measured does not reach the student. */
      MORE_THAN("more than ");

      private final String text;

      Bound(String text) {
        this.text = text;
      }
    }

    /** Words for a number that grows with the steps. */
    String bounded(double number) {
      return bound.text + String.format(Locale.ROOT, "%.1f", number);
    }
  }

  /**
   * Number of Euler steps that reach the main metric of the student, by log-log interpolation
   * between the measured ones.
   */
  EulerSteps equivalentEulerSteps(int steps) {
    double wanted = main(get("student", steps));
    List<Entry> euler = of("euler");
    if (main(euler.get(0)) <= wanted) {
      boolean equal = main(euler.get(0)) == wanted;
      return new EulerSteps(
          euler.get(0).steps(), equal ? EulerSteps.Bound.EXACT : EulerSteps.Bound.AT_MOST);
    }
    for (int i = 1; i < euler.size(); i++) {
      Entry before = euler.get(i - 1);
      Entry after = euler.get(i);
      if (main(after) <= wanted) {
        double share =
            wanted <= 0 || main(after) <= 0
                ? 1
                : StrictMath.log(main(before) / wanted)
                    / StrictMath.log(main(before) / main(after));
        double ratio = (double) after.steps() / before.steps();
        return new EulerSteps(
            before.steps() * StrictMath.pow(ratio, share), EulerSteps.Bound.EXACT);
      }
    }
    return new EulerSteps(euler.get(euler.size() - 1).steps(), EulerSteps.Bound.MORE_THAN);
  }

  /** The flat metrics of the job. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("data.entropy", teacher.dataEntropy());
    teacher.dataMetric().ifPresent(m -> metrics.put("data." + teacher.meter().mainMetric(), m));
    for (Entry entry : entries) {
      put(metrics, entry, teacher.meter().mainMetric(), teacher.meter()::of);
      if (teacher.meter() instanceof SampleMeter.Countdown) {
        put(metrics, entry, "sequenceError", Measured::anyError);
      }
      put(metrics, entry, "entropy", Measured::entropy);
      put(metrics, entry, "bigramTv", m -> m.bigramTv(teacher.bigramLaw()));
      metrics.put(entry.key() + ".nfe", entry.pooled().evaluations());
    }
    return metrics;
  }

  private static void put(
      Map<String, Number> metrics, Entry entry, String name, ToDoubleFunction<Measured> metric) {
    Spread spread = entry.spread(metric);
    metrics.put(entry.key() + "." + name, spread.mean());
    metrics.put(entry.key() + "." + name + ".sd", entry.seeds().size() > 1 ? spread.sd() : 0.0);
  }

  /** Sentences that say what the numbers mean for a student, the unwelcome ones included. */
  List<String> verdicts(int steps) {
    List<String> lines = new ArrayList<>();
    Entry student = get("student", steps);
    String metric = teacher.meter().mainMetric();
    lines.add(
        "M = %d, %s: %s."
            .formatted(
                steps,
                metric,
                verdict(steps).verdict("the student", "the best constant exponent")));
    EulerSteps euler = equivalentEulerSteps(steps);
    boolean guarded = entropyGap(student) <= guard;
    lines.add(
        "M = %d: the student is worth %s Euler steps; its entropy is %.2f%% off the data's, %s %.0f%%: the claim of twice the steps at equal entropy %s."
            .formatted(
                steps,
                euler.bounded(euler.steps()),
                100 * entropyGap(student),
                guarded ? "within" : "NOT within",
                100 * guard,
                claim(euler, steps, guarded)));
    for (String control : List.of("jys", "paper")) {
      find(control, steps)
          .ifPresent(
              entry ->
                  lines.add(
                      "M = %d, %s: %s."
                          .formatted(
                              steps,
                              metric,
                              teacher
                                  .meter()
                                  .difference(student.pooled(), entry.pooled(), seed)
                                  .verdict("the student", control))));
    }
    return lines;
  }

  private static String claim(EulerSteps euler, int steps, boolean guarded) {
    boolean twice = euler.bound() != EulerSteps.Bound.AT_MOST && euler.steps() >= 2 * steps;
    if (guarded && !twice && euler.bound() == EulerSteps.Bound.MORE_THAN) {
      return "cannot be judged, Euler was not measured at " + 2 * steps + " steps";
    }
    return guarded && twice ? "holds" : "does NOT hold";
  }
}
