package io.accelerant.selection.lead;

import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Roles;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * All arms under all seeds: as tasks, each a training of its own. A training is a pure function of
 * (model, pool, arm, seed).
 */
record Trainings(
    LeadSettings settings, LeadNetwork network, Judge judge, GradientPart part, int slots)
    implements Serializable {
  /** Stage of the warm-up. */
  static final String WARM_UP = "warmUp";

  /** Its rows are other ones than those of the arm random under the same seed. */
  private static final long WARMS_UP = RandomStream.purpose("lead.warmUp");

  static Trainings of(JobContext context, LeadSettings settings, LeadInputs inputs) {
    return new Trainings(
        settings,
        inputs.network(),
        new Judge(inputs.network(), settings.scoreBatch()),
        GradientPart.of(inputs.network().trained(), settings.gradientOf()),
        context.taskSlots());
  }

  /** Seed by seed; the longest ones first. */
  List<LeadUnit> units() {
    List<LeadUnit> units = new ArrayList<>();
    settings
        .seeds()
        .forEach(seed -> settings.arms().forEach(arm -> units.add(new LeadUnit(arm, seed))));
    units.sort(Comparator.comparing(unit -> unit.arm() == Arm.FULL ? 0 : 1));
    return units;
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  void requireMemory(JobContext context) {
    settings.engine().start();
    Objective loss = network.loss();
    try (ProgramPool.Lease lease =
        loss.training(
            ProgramPool.ofJvm(network.programs(slots)), Precision.FLOAT32, loss.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          (long) network.programsOfATask() * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  /**
   * Asks before anything is trained.
   *
   * @throws io.accelerant.core.error.DataException if an arm could run out of rows
   */
  void requireSupply(Given given) {
    new Supply(settings.rule(), given.pool(), settings.clusters(), given.clean())
        .require(settings.arms());
  }

  /**
   * What all units leave.
   *
   * @throws io.accelerant.core.error.DataException if an arm could run out of rows
   */
  Map<LeadUnit, Trace> together(JobContext context, Stages stages, Given rows) {
    requireSupply(rows);
    Trainings self = this;
    try (Shared<Given> given = Shared.of(context, rows)) {
      return new Units<>(context, settings.engine().stage(), 1, given::copy)
          .saved(
              stages,
              Trace.class,
              units(),
              (shared, unit) -> self.inTask(shared, unit, self.wanted(unit)),
              (unit, trace, number, of) -> say(context, unit, trace, number, of));
    }
  }

  /**
   * What a warm-up leaves.
   *
   * @param parameters of the base's network, adapters folded in
   * @param rows ids of those that it was trained on
   */
  record Warm(float[] parameters, long[] rows, double seconds) {}

  /** A training on random rows, in one task; its model sorts the pool by difficulty. */
  Warm warmUp(JobContext context, Stages stages, Given rows) {
    Supply.requireWarmUp(rows.pool(), settings.warmUp().rows());
    Trainings self = ofWarmUp();
    LeadUnit unit = self.warmUpUnit();
    String what = "lead: training the warm-up model";
    return stages.whole(
        WARM_UP,
        Warm.class,
        what,
        () -> {
          try (Shared<Given> given = Shared.of(context, rows)) {
            Trace trace =
                new Units<>(context, settings.engine().stage(), 1, given::copy)
                    .map(what, 1, (shared, zero) -> self.inTask(shared, unit, Trace.Wanted.MODEL))
                    .get(0);
            return warm(rows, trace);
          }
        });
  }

  Warm warm(Given rows, Trace trace) {
    return new Warm(
        network.student().merged(rows.base(), trace.model()), trace.chosen(), trace.seconds());
  }

  Trainings ofWarmUp() {
    return new Trainings(settings.ofWarmUp(), network, judge, part, slots);
  }

  LeadUnit warmUpUnit() {
    return new LeadUnit(Arm.RANDOM, new RandomStream(settings.seed(), WARMS_UP, 0, 0).nextLong());
  }

  /** One model is published; all are judged. */
  Trace.Wanted wanted(LeadUnit unit) {
    return unit.equals(settings.publishedUnit()) ? Trace.Wanted.BOTH : Trace.Wanted.JUDGEMENT;
  }

  private Trace inTask(Given given, LeadUnit unit, Trace.Wanted wanted) {
    settings.engine().start();
    ProgramPool pool = ProgramPool.ofJvm(network.programs(slots));
    try (Ground ground = new TaskGround(settings, given, judge, pool, unit.name(), unit.seed())) {
      return train(unit, given, ground, wanted);
    }
  }

  /** One training. */
  Trace train(LeadUnit unit, Given given, Ground ground, Trace.Wanted wanted) {
    Arm arm = unit.arm();
    Selection selection =
        new Selection(
            settings.rule(), arm, unit.seed(), settings.clusters(), ground.candidates(arm));
    UsedRate rate = new UsedRate(settings.learningRate(), selection.budget());
    try (Roles roles =
        new Roles(Precision.FLOAT32)
            .trained(
                Loss.NETWORK,
                network.trained(),
                settings.training(rate),
                network.student().initial(given.base(), unit.seed()))) {
      return new LeadLoop(
              unit.name(),
              network,
              part,
              selection,
              ground,
              roles,
              rate,
              settings.rule().lossChange() == LossChange.Kind.ACTUAL_STEP,
              updates(arm, selection.budget()))
          .run(wanted);
    }
  }

  /** About how many there will be: a round ends with a smaller one. */
  private int updates(Arm arm, long budget) {
    long full = (budget + settings.rule().batch() - 1) / settings.rule().batch();
    return Math.toIntExact(arm.draw() == Arm.Draw.NONE ? full : full + settings.rule().rounds());
  }

  static void say(JobContext context, LeadUnit unit, Trace trace, int number, int of) {
    context
        .progress()
        .say(
            "lead: %s, seed %d: test loss %s, %s of answers right (training %d/%d)",
            unit.arm().label(),
            unit.seed(),
            Text.of("%.4f", trace.judged().loss()),
            Text.of("%.3f", trace.judged().accuracy()),
            number,
            of);
  }
}
