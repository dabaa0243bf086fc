package io.accelerant.distill.fastlightgen;

import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * All that a run found.
 *
 * @param skipping what stage II made
 * @param choices of the teachers, by the students' steps
 * @param students what stage III made
 * @param lines every row, by id
 * @param floors distances of held-out data to held-out data
 * @param best number of steps at which the model is nearest
 * @param simple by the students' steps, the row that is nearest without being trained for them
 * @param seconds of the rows that were timed
 */
record FastLightGenFindings(
    FastLightGenSettings settings,
    Importance importance,
    PrunePlan plan,
    Networks networks,
    Map<SkippingUnit, Trained> skipping,
    Map<Integer, Choice> choices,
    Map<MatchingUnit, Trained> students,
    Map<String, Line> lines,
    Map<String, Double> floors,
    int best,
    Map<Integer, String> simple,
    Map<String, Double> seconds) {
  /**
   * Times the model's best that it has to be off at the students' steps, or a row proves nothing.
   */
  static final double PREMISE = 2;

  Line line(String id) {
    return lines.get(id);
  }

  /** The model at its best. */
  Line teacher() {
    return lines.get(Subject.id(Baselines.TEACHER, best));
  }

  Line teacher(int steps) {
    return lines.get(Subject.id(Baselines.TEACHER, steps));
  }

  /** The row of an arm, if it ran. */
  Optional<Line> student(Arm arm, int steps) {
    return Optional.ofNullable(lines.get(Subject.id(arm.label(), steps)));
  }

  /** The row of the arm that always runs. */
  Line flg(int steps) {
    return student(Arm.FLG, steps).orElseThrow();
  }

  /** What was chosen for the students that are published. */
  Choice choice() {
    return choices.get(settings.steps().get(0));
  }

  /** The published training. */
  MatchingUnit publishedUnit() {
    int steps = settings.steps().get(0);
    long seed = settings.seeds().get(0);
    return students.keySet().stream()
        .filter(u -> u.arm() == Arm.FLG && u.steps() == steps && u.seed() == seed)
        .findFirst()
        .orElseThrow();
  }

  Line published() {
    return line(publishedUnit().label());
  }

  /** The distances of the spaces in which nothing was chosen. */
  List<String> otherDistances() {
    return published().names().stream()
        .filter(name -> name.startsWith(Judge.DISTANCE) && !name.equals(Judge.CHOOSES))
        .toList();
  }

  /** Whether there is a gap between few steps and many for a student to close. */
  boolean hasPremise(int steps) {
    return steps != best && premise(steps) >= PREMISE;
  }

  private double premise(int steps) {
    String chooses = Judge.CHOOSES;
    return PairedRatio.of(teacher(steps).numbers(chooses), teacher().numbers(chooses)).value();
  }

  /** Whether samples jitter more than the veto allows. */
  boolean isVetoed(Line line) {
    String jitter = Judge.JITTER;
    return line.names().contains(jitter)
        && line.spread(jitter).mean() > settings.veto() * teacher().spread(jitter).mean();
  }

  /** How many times as many blocks the model runs at its best. */
  double computedRatio(Line student) {
    return student.cost().ratio(teacher().cost());
  }

  /** How many times as long the model takes at its best. */
  double measuredRatio(Line student) {
    return seconds.get(teacher().id()) / seconds.get(student.id());
  }

  /** What is left of the counted ratio by the clock. */
  double measuredOfComputed(Line student) {
    return measuredRatio(student) / computedRatio(student);
  }

  /** By name, what is held against each other, in the space that has chosen. */
  Map<String, PairedRatio> verdicts() {
    return verdicts(Judge.CHOOSES);
  }

  /** The same by a distance of another space. */
  Map<String, PairedRatio> verdicts(String distance) {
    BiFunction<Line, Line, PairedRatio> ratio =
        (first, second) -> PairedRatio.of(first.numbers(distance), second.numbers(distance));
    Map<String, PairedRatio> verdicts = new LinkedHashMap<>();
    for (int steps : settings.steps()) {
      Line flg = flg(steps);
      String at = ".n" + steps;
      if (steps != best) {
        verdicts.put("premise.n" + steps, ratio.apply(teacher(steps), teacher()));
      }
      verdicts.put("ofTeacher.n" + steps, ratio.apply(flg, teacher(steps)));
      verdicts.put("ofBest.n" + steps, ratio.apply(flg, teacher()));
      verdicts.put("ofSimple" + at, ratio.apply(flg, line(simple.get(steps))));
      student(Arm.UNPRUNED, steps)
          .ifPresent(l -> verdicts.put("pruning" + at, ratio.apply(flg, l)));
      student(Arm.NAIVE, steps).ifPresent(l -> verdicts.put("contrast" + at, ratio.apply(flg, l)));
      student(Arm.STRONG, steps).ifPresent(l -> verdicts.put("strong" + at, ratio.apply(l, flg)));
      student(Arm.HALF, steps).ifPresent(l -> verdicts.put("half" + at, ratio.apply(l, flg)));
    }
    Line raw = line(Subject.id(Baselines.RAW, best));
    verdicts.put("skipping", ratio.apply(line(Subject.id(Baselines.PRUNED, best)), raw));
    String unguarded = Subject.id(Baselines.UNGUARDED, best);
    if (lines.containsKey(unguarded)) {
      verdicts.put("guard", ratio.apply(raw, line(unguarded)));
    }
    return verdicts;
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("pruned.blocks", plan.pruned());
    metrics.put("pruned.share", plan.share());
    if (Double.isFinite(importance.agreement())) {
      metrics.put("importance.agreement", importance.agreement());
    }
    metrics.put("teacher.best", best);
    choices.forEach(
        (steps, choice) -> {
          metrics.put(Text.of("choice.n%d.guidance", steps), choice.full().guidance());
          metrics.put(Text.of("choice.n%d.contrast", steps), choice.full().contrast());
          metrics.put(Text.of("choice.n%d.unpruned.guidance", steps), choice.whole().guidance());
        });
    lines.values().forEach(line -> of(line, metrics));
    floors.forEach((name, number) -> metrics.put("floor." + name, number));
    seconds.forEach((id, number) -> metrics.put(id + ".seconds", number));
    for (int steps : settings.steps()) {
      for (Arm arm : settings.arms()) {
        Line student = student(arm, steps).orElseThrow();
        metrics.put(student.id() + ".computedRatio", computedRatio(student));
        metrics.put(student.id() + ".measuredRatio", measuredRatio(student));
        metrics.put(student.id() + ".measuredOfComputed", measuredOfComputed(student));
      }
    }
    verdicts().forEach((name, ratio) -> ratio.putTo(metrics, "verdict." + name));
    for (String distance : otherDistances()) {
      String space = distance.substring(Judge.DISTANCE.length());
      verdicts(distance)
          .forEach((name, ratio) -> ratio.putTo(metrics, Text.of("verdict.%s.%s", name, space)));
    }
    skipping.forEach(
        (unit, trained) ->
            metrics.put(
                Text.of("skipping.%s.seed%d.updates", unit.label(), unit.seed()),
                trained.rounds()));
    return metrics;
  }

  private static void of(Line line, Map<String, Number> metrics) {
    for (String name : line.names()) {
      Spread spread = line.spread(name);
      metrics.put(line.id() + "." + name, spread.mean());
      if (line.seeds().size() > 1) {
        metrics.put(line.id() + "." + name + ".sd", spread.sd());
      }
    }
    metrics.put(line.id() + ".blockEvaluations", line.cost().blockEvaluations());
    metrics.put(line.id() + ".parameters", line.cost().parameters());
    if (!line.sampling().renoises()) {
      metrics.put(line.id() + ".guidance", line.sampling().guidance());
    }
  }
}
