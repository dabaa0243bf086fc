package io.accelerant.distill.fastlightgen;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Stage III of a run: generators as tasks of their own, and their teachers by trial. */
final class StageThree {
  private final JobContext context;
  private final FastLightGenSettings settings;
  private final Stages stages;
  private final Shared<Given> given;
  private final Networks networks;
  private final MatchingTraining training;

  /**
   * @param pool programs at most
   */
  StageThree(
      JobContext context,
      FastLightGenSettings settings,
      Stages stages,
      Shared<Given> given,
      Networks networks,
      int pool) {
    this.context = context;
    this.settings = settings;
    this.stages = stages;
    this.given = given;
    this.networks = networks;
    this.training = new MatchingTraining(settings, networks.teacher().network(), pool);
  }

  /**
   * The teachers of each number of steps, by students of a few updates under the first seed; each
   * student is as good as its distance on data that is not reported.
   *
   * @param veto largest jitter
   */
  Map<Integer, Choice> choose(Measuring measuring, double veto) {
    Map<Integer, Choice> choices = new LinkedHashMap<>();
    if (!settings.searches()) {
      settings.steps().forEach(n -> choices.put(n, Choice.only(settings.candidates().get(0))));
      return choices;
    }
    long seed = settings.seeds().get(0);
    Map<MatchingUnit, Trained> trained = train(tried(seed));
    for (int steps : settings.steps()) {
      List<Choice.Candidate> candidates = new ArrayList<>();
      trained.forEach(
          (unit, made) -> {
            if (unit.steps() == steps) {
              Measured found = measuring.fit(networks.student(unit, made), seed);
              candidates.add(
                  new Choice.Candidate(
                      unit.arm(),
                      unit.strengths(),
                      found.distance(),
                      found.jitter(),
                      made.stopped()));
            }
          });
      choices.put(steps, Choice.of(candidates, veto));
    }
    return choices;
  }

  /** Pruned students of all candidates, unpruned ones of those without contrast. */
  private List<MatchingUnit> tried(long seed) {
    List<MatchingUnit> units = new ArrayList<>();
    for (int steps : settings.steps()) {
      for (Arm arm : List.of(Arm.FLG, Arm.UNPRUNED)) {
        boolean whole = arm == Arm.UNPRUNED;
        settings.candidates().stream()
            .filter(c -> !whole || settings.arms().contains(arm) && !c.readsPruned())
            .map(c -> new MatchingUnit(arm, steps, c, settings.searchUpdates(), seed, true))
            .forEach(units::add);
      }
    }
    return units;
  }

  /** All students. */
  Map<MatchingUnit, Trained> train(Map<Integer, Choice> choices) {
    List<MatchingUnit> units = new ArrayList<>();
    for (long seed : settings.seeds()) {
      for (int steps : settings.steps()) {
        for (Arm arm : settings.arms()) {
          GuidedVelocity strengths = choices.get(steps).strengths(arm, settings.strong());
          int updates = settings.three().updates();
          units.add(new MatchingUnit(arm, steps, strengths, updates, seed, false));
        }
      }
    }
    return train(units);
  }

  /**
   * Trained the longest first, returned in the order of the units. What would be the same training
   * twice, as where the search chose what another arm has anyway, is one.
   */
  private Map<MatchingUnit, Trained> train(List<MatchingUnit> units) {
    Map<Work, MatchingUnit> once = new LinkedHashMap<>();
    units.forEach(unit -> once.putIfAbsent(work(unit), unit));
    Map<MatchingTraining.Start, Shared<MatchingTraining.Start>> travelling = new HashMap<>();
    HashMap<MatchingUnit, Shared<MatchingTraining.Start>> starts = new HashMap<>();
    MatchingTraining training = this.training;
    try {
      once.forEach(
          (work, unit) ->
              starts.put(
                  unit,
                  travelling.computeIfAbsent(work.start, start -> Shared.of(context, start))));
      Map<MatchingUnit, Trained> made =
          new Units<Given>(context, settings.engine().stage(), 1, given::copy)
              .saved(
                  stages,
                  Trained.class,
                  once.values().stream().sorted(MatchingUnit.LONGEST_FIRST).toList(),
                  (shared, unit) -> training.train(shared, starts.get(unit).copy(), unit),
                  this::say);
      Map<MatchingUnit, Trained> trained = new LinkedHashMap<>();
      units.forEach(unit -> trained.put(unit, made.get(once.get(work(unit)))));
      return trained;
    } finally {
      travelling.values().forEach(Shared::close);
    }
  }

  /**
   * What a training is a function of.
   *
   * @param start the same object for the same network, see {@link Networks#start}
   */
  private record Work(
      MatchingTraining.Start start, int steps, GuidedVelocity strengths, int updates, long seed) {}

  private Work work(MatchingUnit unit) {
    return new Work(
        networks.start(unit.arm(), unit.seed()),
        unit.steps(),
        unit.strengths(),
        unit.updates(),
        unit.seed());
  }

  private void say(MatchingUnit unit, Trained made, int number, int of) {
    context
        .progress()
        .say(
            "%s: fake loss %.4g%s (training %d/%d)",
            unit.description(),
            Trained.last(made.fakeLoss()),
            made.stopped() ? ", stopped: its numbers ceased to be numbers" : "",
            number,
            of);
  }

  /** Those of a row, one for each seed. */
  List<Subject> subjects(Map<MatchingUnit, Trained> students, String label) {
    return students.entrySet().stream()
        .filter(e -> e.getKey().label().equals(label))
        .map(e -> networks.student(e.getKey(), e.getValue()))
        .toList();
  }
}
