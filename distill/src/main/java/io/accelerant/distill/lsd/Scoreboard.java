package io.accelerant.distill.lsd;

import io.accelerant.core.report.Table.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    return PairedDifference.of(
        teacher.meter(), get("student", steps).pooled(), get("constant", steps).pooled(), seed);
  }

  /** |entropy / entropy of the data - 1|. */
  double entropyGap(Entry entry) {
    return Math.abs(entry.spread(Measured::entropy).mean() / teacher.dataEntropy() - 1);
  }

  /**
   * Number of Euler steps that reach the main metric of the student, by log-log interpolation
   * between the measured ones; the largest measured number where even that does not reach it, the
   * smallest where that is better already.
   */
  double equivalentEulerSteps(int steps) {
    double wanted = main(get("student", steps));
    List<Entry> euler = of("euler");
    if (main(euler.get(0)) <= wanted) {
      return euler.get(0).steps();
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
        return StrictMath.exp(
            StrictMath.log(before.steps())
                + share * StrictMath.log((double) after.steps() / before.steps()));
      }
    }
    return euler.get(euler.size() - 1).steps();
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
    double euler = equivalentEulerSteps(steps);
    double most = of("euler").get(of("euler").size() - 1).steps();
    boolean guarded = entropyGap(student) <= guard;
    lines.add(
        "M = %d: the student equals Euler at %s%.1f steps; its entropy is %.2f%% off the data's, %s %.0f%%: the claim of twice the steps at equal entropy %s."
            .formatted(
                steps,
                euler >= most ? "at least " : "",
                euler,
                100 * entropyGap(student),
                guarded ? "within" : "NOT within",
                100 * guard,
                guarded && euler >= 2 * steps ? "holds" : "does NOT hold"));
    for (String control : List.of("jys", "paper")) {
      find(control, steps)
          .ifPresent(
              entry ->
                  lines.add(
                      "M = %d, %s: %s."
                          .formatted(
                              steps,
                              metric,
                              PairedDifference.of(
                                      teacher.meter(), student.pooled(), entry.pooled(), seed)
                                  .verdict("the student", control))));
    }
    return lines;
  }
}
