package io.accelerant.distill.fastlightgen;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.distill.fastlightgen.SkippingUnit.Size;
import io.accelerant.distill.model.network.ImageModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The work of a run: importance and plan, stage II, the choice of teachers, stage III, measuring.
 */
final class FastLightGenStages implements AutoCloseable {
  private final JobContext context;
  private final FastLightGenSettings settings;
  private final PatchTransformer network;
  private final float[] teacher;
  private final Stages stages;
  private final Shared<Given> given;
  private final Measuring measuring;
  private final int pool;

  FastLightGenStages(
      Run run, FastLightGenSettings settings, ImageModel teacher, Ground ground, Judge judge) {
    this.context = run.context();
    this.settings = settings;
    this.network = teacher.network();
    this.teacher = teacher.parameters();
    this.stages = new Stages(context, run.stages());
    this.pool = Memory.pool(settings, context.taskSlots());
    Memory.require(context, settings, network, pool);
    this.given =
        Shared.of(
            context,
            new Given(teacher.parameters(), ground.records(), ground.probes(settings.probes())));
    this.measuring = new Measuring(context, run.config(), settings, stages, judge);
  }

  /** All of it. */
  FastLightGenFindings run() {
    Importance importance = importance();
    PrunePlan plan = plan(importance);
    context
        .progress()
        .say(
            "fastlightgen: blocks %s go, %.3g of all blocks' parameters",
            plan.removed(), plan.share());
    Map<SkippingUnit, Trained> skipping = skip(plan);
    Networks networks = new Networks(network, teacher, plan, settings, skipping);
    Baselines baselines = new Baselines(settings, measuring, networks, importance).measure();
    Choice choice = choose(networks, baselines.jitter());
    Map<MatchingUnit, Trained> students = match(networks, units(choice));
    Map<String, Line> lines = new LinkedHashMap<>(baselines.lines());
    List<Subject> timed = new ArrayList<>(baselines.timed());
    students.keySet().stream()
        .map(unit -> unit.label())
        .distinct()
        .forEach(
            label -> {
              List<Subject> subjects = subjects(networks, students, label);
              lines.put(label, measuring.line(subjects));
              timed.add(subjects.get(0));
            });
    return new FastLightGenFindings(
        settings,
        importance,
        plan,
        networks,
        skipping,
        choice,
        students,
        lines,
        measuring.floors(),
        baselines.best(),
        measuring.seconds(timed));
  }

  private Importance importance() {
    return stages.whole(
        "importance",
        Importance.class,
        "fastlightgen: stage I",
        () -> meter().measure(context, given, List.of()));
  }

  private ImportanceMeter meter() {
    return new ImportanceMeter(settings, network, pool);
  }

  private PrunePlan plan(Importance importance) {
    long[] sizes = Networks.sizes(network);
    if (!settings.greedy()) {
      return PrunePlan.oneShot(importance.deltas(), sizes, settings.prune(), settings.guard());
    }
    return PrunePlan.greedy(
        gone -> gone.isEmpty() ? importance.deltas() : without(gone).deltas(),
        sizes,
        settings.prune(),
        settings.guard());
  }

  private Importance without(List<Integer> gone) {
    return stages.whole(
        "importance.without" + gone,
        Importance.class,
        "fastlightgen: stage I without " + gone,
        () -> meter().measure(context, given, gone));
  }

  private Map<SkippingUnit, Trained> skip(PrunePlan plan) {
    List<SkippingUnit> units = new ArrayList<>();
    for (long seed : settings.seeds()) {
      settings.two().lessons().forEach(l -> units.add(new SkippingUnit(l, Size.PRUNED, seed)));
      units.add(new SkippingUnit(settings.two().lessons().get(0), Size.HALF, seed));
    }
    SkippingTraining training = new SkippingTraining(settings, network, plan, pool);
    return new Units<Given>(context, settings.engine().stage(), 1, given::copy)
        .saved(
            stages,
            Trained.class,
            units,
            (shared, unit) -> training.train(shared, unit),
            (unit, trained, number, of) ->
                context
                    .progress()
                    .say(
                        "%s: %d updates, loss %.4g, drift %.3g (training %d/%d)",
                        unit.description(),
                        trained.loss().length,
                        trained.loss()[trained.loss().length - 1],
                        trained.drift()[trained.drift().length - 1],
                        number,
                        of));
  }

  /** The candidates' students, each as good as its distance on data that is not reported. */
  private Choice choose(Networks networks, double teacherJitter) {
    if (!settings.searches()) {
      return Choice.only(settings.candidates().get(0));
    }
    long seed = settings.seeds().get(0);
    int steps = settings.steps().get(0);
    List<MatchingUnit> units =
        settings.candidates().stream()
            .map(c -> new MatchingUnit(Arm.FLG, steps, c, settings.searchUpdates(), seed, true))
            .toList();
    Map<MatchingUnit, Trained> trained = match(networks, units);
    List<Choice.Candidate> candidates = new ArrayList<>();
    for (MatchingUnit unit : units) {
      Measured found = measuring.fit(student(networks, unit, trained.get(unit)), seed);
      candidates.add(new Choice.Candidate(unit.strengths(), found.distance(), found.jitter()));
    }
    return Choice.of(candidates, settings.veto() * teacherJitter);
  }

  private List<MatchingUnit> units(Choice choice) {
    List<MatchingUnit> units = new ArrayList<>();
    for (long seed : settings.seeds()) {
      for (int steps : settings.steps()) {
        for (Arm arm : Arm.values()) {
          units.add(
              new MatchingUnit(
                  arm,
                  steps,
                  choice.strengths(arm, settings.strong()),
                  settings.three().updates(),
                  seed,
                  false));
        }
      }
    }
    return units;
  }

  /** What travels with the trainings of stage III. */
  private record Starts(HashMap<MatchingUnit, MatchingTraining.Start> byUnit)
      implements Serializable {}

  /** Trained the longest first, returned in the order of the units. */
  private Map<MatchingUnit, Trained> match(Networks networks, List<MatchingUnit> units) {
    HashMap<MatchingUnit, MatchingTraining.Start> starts = new HashMap<>();
    units.forEach(unit -> starts.put(unit, networks.start(unit.arm(), unit.seed())));
    MatchingTraining training = new MatchingTraining(settings, network, pool);
    Map<MatchingUnit, Trained> trained = new LinkedHashMap<>();
    units.forEach(unit -> trained.put(unit, null));
    try (Shared<Starts> travelling = Shared.of(context, new Starts(starts))) {
      new Units<Given>(context, settings.engine().stage(), 1, given::copy)
          .saved(
              stages,
              Trained.class,
              units.stream().sorted(MatchingUnit.LONGEST_FIRST).toList(),
              (shared, unit) -> training.train(shared, travelling.copy().byUnit().get(unit), unit),
              (unit, made, number, of) ->
                  context
                      .progress()
                      .say(
                          "%s: fake loss %.4g (training %d/%d)",
                          unit.description(),
                          made.fakeLoss()[made.fakeLoss().length - 1],
                          number,
                          of))
          .forEach(trained::put);
    }
    return trained;
  }

  private List<Subject> subjects(
      Networks networks, Map<MatchingUnit, Trained> students, String label) {
    return students.entrySet().stream()
        .filter(e -> e.getKey().label().equals(label))
        .map(e -> student(networks, e.getKey(), e.getValue()))
        .toList();
  }

  private Subject student(Networks networks, MatchingUnit unit, Trained trained) {
    return new Subject(
        unit.label(),
        networks.start(unit.arm(), unit.seed()).network(),
        trained.average(),
        Sampling.fewSteps(settings.three().levels(unit.steps()), network.classes()));
  }

  /** The published student. */
  Subject published(FastLightGenFindings findings) {
    MatchingUnit unit = findings.publishedUnit();
    return student(findings.networks(), unit, findings.students().get(unit));
  }

  Measuring measuring() {
    return measuring;
  }

  @Override
  public void close() {
    given.close();
    measuring.close();
  }
}
