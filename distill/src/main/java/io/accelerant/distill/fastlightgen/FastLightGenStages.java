package io.accelerant.distill.fastlightgen;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.distill.fastlightgen.SkippingUnit.Size;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
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
    StageThree three = new StageThree(context, settings, stages, given, networks, pool);
    Map<Integer, Choice> choices = three.choose(measuring, settings.veto() * baselines.jitter());
    Map<MatchingUnit, Trained> students = three.train(choices);
    Map<String, Line> lines = new LinkedHashMap<>(baselines.lines());
    List<Subject> timed = new ArrayList<>(baselines.timed());
    students.keySet().stream()
        .map(unit -> unit.label())
        .distinct()
        .forEach(
            label -> {
              List<Subject> subjects = three.subjects(students, label);
              lines.put(label, measuring.line(subjects));
              timed.add(subjects.get(0));
            });
    return new FastLightGenFindings(
        settings,
        importance,
        plan,
        networks,
        skipping,
        choices,
        students,
        lines,
        measuring.floors(),
        baselines.best(),
        baselines.simple(),
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
      if (settings.arms().contains(Arm.HALF)) {
        units.add(new SkippingUnit(settings.two().lessons().get(0), Size.HALF, seed));
      }
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
                        Trained.last(trained.loss()),
                        trained.drift()[trained.drift().length - 1],
                        number,
                        of));
  }

  /** The published student. */
  Subject published(FastLightGenFindings findings) {
    MatchingUnit unit = findings.publishedUnit();
    return findings.networks().student(unit, findings.students().get(unit));
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
