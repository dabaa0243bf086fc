package io.accelerant.distill.certainty;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.model.Student;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.Trainer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arms and seeds as units of a cluster. Mapped: one training each, with a worker of its own;
 * broadcast: the base's parameters and all rows. A training is a pure function of (base, rows, arm,
 * seed), so that neither partitions nor its neighbours change a bit.
 *
 * @param vocabulary which tokens may come
 * @param longest tokens of the longest row
 * @param answer positions of the longest answer
 * @param slots tasks of one executor, or of the driver
 */
record ArmTraining(
    CertaintySettings settings,
    Student student,
    MaskedVocabulary vocabulary,
    int longest,
    int answer,
    int slots)
    implements Serializable {
  /** Lengths of rows, and what the next unit may still hold. */
  private static final int PROGRAMS = Buckets.LIMIT;

  /** What tasks share: rows by arm, in the order of the settings. */
  private record Given(float[] base, byte[][][] rows) implements Serializable {}

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  void requireMemory(JobContext context) {
    settings.engine().start();
    CertaintyObjective plain = objective(settings.arms().get(0), 1);
    try (ProgramPool.Lease lease = on(plain).training(pool(), Precision.FLOAT32, plain.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          PROGRAMS * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  private ProgramPool pool() {
    return ProgramPool.ofJvm(PROGRAMS * (slots + 1));
  }

  /**
   * Trains what the checkpoint does not hold.
   *
   * @param rows by arm, in the order of the settings
   */
  Map<TrainingUnit, Trained> run(JobContext context, Stages stages, float[] base, byte[][][] rows) {
    List<TrainingUnit> units = new ArrayList<>();
    settings
        .seeds()
        .forEach(seed -> settings.arms().forEach(a -> units.add(new TrainingUnit(a, seed))));
    ArmTraining self = this;
    try (Shared<Given> given = Shared.of(context, new Given(base, rows))) {
      return new Units<>(context, settings.engine().stage(), 1, given::copy)
          .saved(
              stages,
              Trained.class,
              units,
              (shared, unit) -> self.train(shared, unit),
              (unit, trained, number, of) ->
                  context
                      .progress()
                      .say(
                          "certainty: %s, seed %d: cross entropy %.4f, kept %.3f at the end"
                              + " (training %d/%d)",
                          unit.arm(),
                          unit.seed(),
                          trained.crossEntropy()[settings.rounds() - 1],
                          trained.kept()[settings.rounds() - 1],
                          number,
                          of));
    }
  }

  private Trained train(Given given, TrainingUnit unit) {
    settings.engine().start();
    byte[][] rows = given.rows[settings.arms().indexOf(unit.arm())];
    long seed = unit.seed();
    MemoryShards shards = new MemoryShards(rows.length, i -> rows[i], seed);
    try (LocalRound workers = new LocalRound(shards, pool(), Precision.FLOAT32, seed);
        Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(
                    Loss.NETWORK,
                    student.trained(),
                    settings.training(),
                    student.initial(given.base, seed))) {
      RoundLog log =
          new Trainer(workers, roles, settings.rounds())
              .train(
                  new GradientStep(
                      on(objective(unit.arm(), rows.length)), CertaintyObjective.TOTALS),
                  Draw.shuffled(settings.batch(), seed));
      return new Trained(
          student.moving(roles.averages(Loss.NETWORK)),
          student.moving(roles.parameters(Loss.NETWORK)),
          log.column("loss"),
          log.column("crossEntropy"),
          log.column("entropy"),
          log.column("kept"));
    }
  }

  private Objective on(CertaintyObjective objective) {
    return student.trained() == student.network()
        ? objective
        : objective.with(Loss.NETWORK, student.trained());
  }

  /**
   * @param rows of its data set
   */
  private CertaintyObjective objective(Arm arm, int rows) {
    return new CertaintyObjective(
        student.network(),
        vocabulary,
        Buckets.upTo(longest),
        settings.microBatch(),
        arm.masking(settings.masking()),
        arm.beta(),
        arm.variant() == Arm.Variant.RISING_BETA ? settings.rounds() : 0,
        settings.temperature(),
        arm.variant() == Arm.Variant.ALL_MASKED,
        rows,
        answer);
  }
}
