package io.accelerant.rl.gvm;

import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.TrainSettings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All arms under all seeds: as tasks, each a training of its own; or one after the other, each
 * spread over the cluster. A training is a pure function of (policy, prompts, arm, seed).
 */
record Trainings(
    GvmSettings settings, PolicyNetwork network, Questions train, Questions test, int slots)
    implements Serializable {

  /** What tasks share. */
  private record Given(float[] base, Questions train, Questions test) implements Serializable {}

  /** Seed by seed. */
  List<GvmUnit> units() {
    List<GvmUnit> units = new ArrayList<>();
    settings
        .seeds()
        .forEach(seed -> settings.arms().forEach(arm -> units.add(new GvmUnit(arm, seed))));
    return units;
  }

  Map<GvmUnit, Trace> run(Run run, Stages stages, float[] base) {
    requireMemory(run.context());
    return settings.spread() ? oneByOne(run, stages, base) : together(run.context(), stages, base);
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  private void requireMemory(JobContext context) {
    settings.engine().start();
    PolicyObjective objective = network.objective(settings, false);
    try (ProgramPool.Lease lease =
        objective.training(
            ProgramPool.ofJvm(network.programs(slots)), Precision.FLOAT32, objective.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          (long) network.programsOfATask() * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  private Map<GvmUnit, Trace> together(JobContext context, Stages stages, float[] base) {
    Trainings self = this;
    try (Shared<Given> given = Shared.of(context, new Given(base, train, test))) {
      return new Units<>(context, settings.engine().stage(), 1, given::copy)
          .saved(
              stages,
              Trace.class,
              units(),
              (shared, unit) -> self.inTask(shared, unit),
              (unit, trace, number, of) -> say(context, unit, trace, number, of));
    }
  }

  private Trace inTask(Given given, GvmUnit unit) {
    settings.engine().start();
    ProgramPool pool = ProgramPool.ofJvm(network.programs(slots));
    try (Ground ground =
            new TaskGround(network, settings, pool, given.train(), unit.name(), unit.seed());
        Roles roles = roles(given.base(), unit)) {
      return loop(unit, given.train(), given.test(), ground, roles).run();
    }
  }

  private Roles roles(float[] base, GvmUnit unit) {
    return new Roles(Precision.FLOAT32)
        .trained(
            Loss.NETWORK,
            network.trained(),
            settings.training(),
            network.student().initial(base, unit.seed()));
  }

  private PolicyLoop loop(
      GvmUnit unit, Questions trainOn, Questions testOn, Ground ground, Roles roles) {
    return new PolicyLoop(
        settings, network, unit.arm(), unit.seed(), trainOn, testOn, ground, roles);
  }

  private Map<GvmUnit, Trace> oneByOne(Run run, Stages stages, float[] base) {
    run.snapshots(units().stream().map(GvmUnit::name).toArray(String[]::new));
    Map<GvmUnit, Trace> traces = new LinkedHashMap<>();
    List<GvmUnit> units = units();
    for (GvmUnit unit : units) {
      Trace trace = stages.of(unit.stage(), Trace.class, () -> spread(run, unit, base));
      traces.put(unit, trace);
      say(run.context(), unit, trace, traces.size(), units.size());
    }
    return traces;
  }

  private Trace spread(Run run, GvmUnit unit, float[] base) {
    TrainSettings rounds =
        new TrainSettings(
            settings.workers(),
            settings.rounds(),
            Math.max(
                1,
                settings.stepPrompts()
                    * settings.samples()
                    / settings.updates()
                    / settings.workers()),
            run.config().get(TrainSettings.LEARNING_RATE),
            atStepEnds(run.config().get(TrainSettings.CHECKPOINT_EVERY)),
            run.config().get(RunKeys.SEED));
    try (Ground ground =
            new ClusterGround(run, network, settings, rounds, unit.name(), train, unit.seed());
        Roles roles = roles(base, unit)) {
      return loop(unit, train, test, ground, roles).run();
    }
  }

  private int atStepEnds(int every) {
    return (every + settings.updates() - 1) / settings.updates() * settings.updates();
  }

  private static void say(JobContext context, GvmUnit unit, Trace trace, int number, int of) {
    context
        .progress()
        .say(
            "gvm-raft: %s, seed %d: %s of test answers right, from %s (training %d/%d)",
            unit.arm(),
            unit.seed(),
            Text.of("%.3f", trace.last().accuracy()),
            Text.of("%.3f", trace.curve().get(0).accuracy()),
            number,
            of);
  }
}
