package io.accelerant.distill.fastlightgen;

import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.fastlightgen.SkippingUnit.Size;
import io.accelerant.distill.fastlightgen.StageTwoSettings.Lesson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * What is no student: the model at several numbers of Euler steps, and of other solvers at the
 * students' steps, without blocks as it is, and as stage II left it. Each has the guidance that is
 * best for it at its number of steps, on data and noise that are not reported.
 */
final class Baselines {
  static final String TEACHER = "teacher";
  static final String RAW = "raw";
  static final String UNGUARDED = "raw-unguarded";
  static final String PRUNED = "pruned";

  /** Beside Euler, where there are steps before the last to learn from. */
  private static final List<String> SOLVERS = List.of(Solver.DPMPP_2M, Solver.UNIPC);

  private final FastLightGenSettings settings;
  private final Measuring measuring;
  private final Networks networks;
  private final Importance importance;
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private final Map<String, Subject> first = new LinkedHashMap<>();
  private final Map<String, Measured> fits = new LinkedHashMap<>();
  private int best;

  Baselines(
      FastLightGenSettings settings,
      Measuring measuring,
      Networks networks,
      Importance importance) {
    this.settings = settings;
    this.measuring = measuring;
    this.networks = networks;
    this.importance = importance;
  }

  /** All of them. */
  Baselines measure() {
    for (int steps : settings.baselineSteps()) {
      add(TEACHER, steps, seed -> networks.teacher());
    }
    best =
        Collections.min(
            settings.baselineSteps(),
            Comparator.comparingDouble(steps -> fits.get(Subject.id(TEACHER, steps)).distance()));
    List<Integer> removed = networks.plan().removed();
    add(RAW, best, seed -> networks.raw(removed));
    List<Integer> unguarded = unguarded();
    if (!unguarded.equals(removed)) {
      add(UNGUARDED, best, seed -> networks.raw(unguarded));
    }
    List<Lesson> lessons = settings.two().lessons();
    for (Lesson lesson : lessons) {
      add(kind(lesson), best, seed -> networks.skipped(lesson, Size.PRUNED, seed));
    }
    for (int steps : settings.steps()) {
      add(PRUNED, steps, seed -> networks.skipped(lessons.get(0), Size.PRUNED, seed));
      if (steps > 1) {
        SOLVERS.forEach(solver -> add(solver, solver, steps, seed -> networks.teacher()));
      }
    }
    return this;
  }

  /**
   * The nearest row that takes no training of few steps, by the number of steps: the model by each
   * solver, and the network that stage II left.
   */
  Map<Integer, String> simple() {
    Map<Integer, String> simple = new LinkedHashMap<>();
    for (int steps : settings.steps()) {
      simple.put(
          steps,
          Stream.concat(Stream.of(TEACHER, PRUNED), SOLVERS.stream())
              .map(kind -> Subject.id(kind, steps))
              .filter(fits::containsKey)
              .min(Comparator.comparingDouble(id -> fits.get(id).distance()))
              .orElseThrow());
    }
    return simple;
  }

  /** The name of what a lesson made. */
  String kind(Lesson lesson) {
    return lesson.equals(settings.two().lessons().get(0)) ? PRUNED : PRUNED + "-" + lesson.label();
  }

  private List<Integer> unguarded() {
    return PrunePlan.oneShot(
            importance.deltas(),
            Networks.sizes(networks.teacher().network()),
            settings.prune(),
            false)
        .removed();
  }

  private void add(String kind, int steps, LongFunction<MatchingTraining.Start> network) {
    add(kind, Solver.EULER, steps, network);
  }

  private void add(
      String kind, String solver, int steps, LongFunction<MatchingTraining.Start> network) {
    String id = Subject.id(kind, steps);
    if (lines.containsKey(id)) {
      return;
    }
    long seed = settings.seeds().get(0);
    Sampling sampling = null;
    for (double guidance : settings.baselineGuidance()) {
      Sampling tried =
          Sampling.plain(solver, steps, guidance, networks.teacher().network().classes());
      Measured fit = measuring.fit(subject(id, network.apply(seed), tried), seed);
      if (sampling == null || fit.distance() < fits.get(id).distance()) {
        sampling = tried;
        fits.put(id, fit);
      }
    }
    List<Subject> subjects = new ArrayList<>();
    for (long s : settings.seeds()) {
      subjects.add(subject(id, network.apply(s), sampling));
    }
    first.put(id, subjects.get(0));
    lines.put(id, measuring.line(subjects));
  }

  private static Subject subject(String id, MatchingTraining.Start start, Sampling sampling) {
    return new Subject(id, start.network(), start.parameters(), sampling);
  }

  Map<String, Line> lines() {
    return lines;
  }

  /** The number of steps at which the model is nearest. */
  int best() {
    return best;
  }

  /** Of the model at its best, on what chooses. */
  double jitter() {
    return fits.get(Subject.id(TEACHER, best)).jitter();
  }

  /** What the clock is held to: the model at its best and at the students' steps. */
  List<Subject> timed() {
    List<Subject> timed = new ArrayList<>(List.of(first.get(Subject.id(TEACHER, best))));
    for (int steps : settings.steps()) {
      if (steps != best) {
        timed.add(first.get(Subject.id(TEACHER, steps)));
      }
    }
    return timed;
  }
}
