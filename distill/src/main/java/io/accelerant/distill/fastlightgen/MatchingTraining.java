package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.FiniteNumbers;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Trainer;
import java.io.Serializable;

/**
 * Stage III inside a task: a pure function of (model, start, data, unit). Generator and fake
 * network have optimizers of their own; neither takes over the state of an earlier stage.
 *
 * @param network of the model, which the fake network is, too
 * @param pool programs at most
 */
record MatchingTraining(FastLightGenSettings settings, PatchTransformer network, int pool)
    implements Serializable {
  /** Generator, fake and their gradients, teacher, pruned network. */
  static final int PROGRAMS = 6;

  /** Updates of the generator between two states that one which fails may go back to. */
  private static final int REMEMBERED = 10;

  /**
   * Where a generator begins.
   *
   * @param network with the blocks that it keeps
   * @param parameters in the order of its layout; the contrast is to these as well
   */
  record Start(PatchTransformer network, float[] parameters) implements Serializable {}

  Trained train(Given given, Start start, MatchingUnit unit) {
    settings.engine().start();
    long seed = unit.seed();
    StageThreeSettings three = settings.three();
    Flat teacher = Flat.of(given.teacher());
    int rounds = three.rounds(unit.updates());
    try (LocalRound workers =
            new LocalRound(given.shards(seed), ProgramPool.ofJvm(pool), Precision.FLOAT32, seed);
        Roles roles =
            new Roles(Precision.FLOAT32)
                .frozen(SkippingStep.TEACHER, network, teacher)
                .frozen(GuidedTeacher.WEAK, start.network(), Flat.of(start.parameters()))
                .trained(
                    Simulation.GENERATOR,
                    start.network(),
                    three.generator(),
                    Flat.of(start.parameters().clone()))
                .trained(FakeStep.FAKE, network, three.fake(), teacher.copy())) {
      LastFinite last = new LastFinite(roles, Simulation.GENERATOR, REMEMBERED * three.ratio());
      Trainer trainer =
          new Trainer(workers, roles, rounds)
              .watch(unit.mayFail() ? last : new FiniteNumbers(unit.description(), three.advice()));
      Draw draw = Draw.shuffled(settings.batch(), seed);
      Simulation simulation =
          new Simulation(start.network(), three.levels(unit.steps()), settings.microBatch());
      FakeStep fake = new FakeStep(simulation, network);
      RoundStep both = fake.and(generator(simulation, start, unit).every(three.ratio()));
      boolean failed = false;
      try {
        trainer.rounds(0, three.warmUp(), fake, draw);
        trainer.rounds(three.warmUp(), rounds, both, draw);
      } catch (LastFinite.Diverged e) {
        failed = true;
      }
      return Trained.of(
          failed ? last.average() : roles.averages(Simulation.GENERATOR),
          failed ? last.raw() : roles.parameters(Simulation.GENERATOR),
          trainer.log(),
          new int[0],
          new double[0],
          failed);
    }
  }

  private GeneratorStep generator(Simulation simulation, Start start, MatchingUnit unit) {
    StageThreeSettings three = settings.three();
    return new GeneratorStep(
        simulation,
        new GuidedTeacher(
            network, start.network(), unit.strengths(), three.spread(), settings.microBatch()),
        network,
        new MatchingGradient(MatchingGradient.FLOOR),
        three.low(),
        three.high());
  }
}
