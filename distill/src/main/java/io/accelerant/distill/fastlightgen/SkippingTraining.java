package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.FiniteNumbers;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import io.accelerant.distill.fastlightgen.SkippingUnit.Size;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Stage II inside a task: a pure function of (model, data, unit). Where the target moves along, the
 * whole network's held-out loss decides whether to go on.
 *
 * @param network of the model
 * @param pool programs at most
 */
record SkippingTraining(
    FastLightGenSettings settings, PatchTransformer network, PrunePlan plan, int pool)
    implements Serializable {

  /** What training has of programs, beside one a set of blocks: targets and held-out loss. */
  static int programs(FastLightGenSettings settings) {
    return settings.two().sets() + 4;
  }

  Trained train(Given given, SkippingUnit unit) {
    settings.engine().start();
    long seed = unit.seed();
    StageTwoSettings two = settings.two();
    Flat teacher = Flat.of(given.teacher());
    ProgramPool programs = ProgramPool.ofJvm(pool);
    try (LocalRound workers =
            new LocalRound(given.shards(seed), programs, Precision.FLOAT32, seed);
        LocalRound held = new LocalRound(given.held(), programs, Precision.FLOAT32, seed);
        Roles roles =
            new Roles(Precision.FLOAT32)
                .reference(SkippingStep.TEACHER, network, teacher)
                .trained(Loss.NETWORK, network, two.training(unit.lesson()), teacher.copy())) {
      boolean loose = unit.lesson().isLoose();
      LastFinite last = new LastFinite(roles, Loss.NETWORK, two.driftEvery());
      Trainer trainer =
          new Trainer(workers, roles, two.rounds())
              .watch(
                  loose ? last : new FiniteNumbers(unit.description(), two.advice(unit.lesson())));
      Looks looks = new Looks(held, roles, given);
      boolean failed =
          last.run(
              () -> {
                while (trainer.done() < two.rounds() && !(loose && looks.isLost())) {
                  int to = Math.min(two.rounds(), trainer.done() + two.driftEvery());
                  trainer.rounds(
                      trainer.done(), to, step(unit), Draw.shuffled(settings.batch(), seed));
                  looks.look(trainer.done());
                }
              });
      return Trained.of(
          last.average(),
          last.raw(),
          trainer.log(),
          looks.rounds.stream().mapToInt(r -> r).toArray(),
          looks.drift.stream().mapToDouble(d -> d).toArray(),
          failed || loose && looks.isLost());
    }
  }

  private SkippingStep step(SkippingUnit unit) {
    List<Integer> candidates = plan.skippable();
    List<Integer> removed = unit.size() == Size.HALF ? candidates : plan.removed();
    return new SkippingStep(
        network,
        settings.two().draw(removed, candidates),
        unit.lesson().target(),
        unit.lesson().alpha(),
        settings.two().dropout(),
        settings.microBatch());
  }

  /** The whole network on held-out data. */
  private final class Looks {
    private final LocalRound held;
    private final Roles roles;
    private final Given given;
    private final DriftGuard guard;
    private final List<Integer> rounds = new ArrayList<>();
    private final List<Double> drift = new ArrayList<>();
    private double last;

    Looks(LocalRound held, Roles roles, Given given) {
      this.held = held;
      this.roles = roles;
      this.given = given;
      this.guard = new DriftGuard(loss(), settings.two().drift());
      look(0);
    }

    private double loss() {
      ErrorStep errors =
          new ErrorStep(
              Loss.NETWORK,
              network,
              network.keep(),
              settings.levels(),
              settings.seed(),
              settings.microBatch());
      return held.sums(errors, given.allHeld(), roles, 0).total(ErrorStep.LOSS);
    }

    void look(int done) {
      last = loss();
      rounds.add(done);
      drift.add(guard.drift(last));
    }

    boolean isLost() {
      return guard.isExceeded(last);
    }
  }
}
