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
    int rounds = three.rounds(unit.updates());
    try (LocalRound workers =
            new LocalRound(given.shards(seed), ProgramPool.ofJvm(pool), Precision.FLOAT32, seed);
        Roles roles = roles(network, Flat.of(given.teacher()), start, three)) {
      LastFinite last = new LastFinite(roles, Simulation.GENERATOR, REMEMBERED * three.ratio());
      Trainer trainer =
          new Trainer(workers, roles, rounds)
              .watch(unit.mayFail() ? last : new FiniteNumbers(unit.description(), three.advice()));
      Draw draw = Draw.shuffled(settings.batch(), seed);
      Matching matching =
          Matching.of(network, start, unit.strengths(), three, unit.steps(), settings.microBatch());
      boolean failed =
          last.run(
              () -> {
                trainer.rounds(0, three.warmUp(), matching.fake(), draw);
                trainer.rounds(three.warmUp(), rounds, matching.both(three.ratio()), draw);
              });
      return Trained.of(
          last.average(), last.raw(), trainer.log(), new int[0], new double[0], failed);
    }
  }

  /** The networks of stage III; those that are trained begin at the teacher and at the start. */
  static Roles roles(
      PatchTransformer network, Flat teacher, Start start, StageThreeSettings three) {
    Flat pruned = Flat.of(start.parameters());
    return new Roles(Precision.FLOAT32)
        .reference(SkippingStep.TEACHER, network, teacher)
        .frozen(GuidedTeacher.WEAK, start.network(), pruned)
        .trained(Simulation.GENERATOR, start.network(), three.generator(), pruned)
        .trained(FakeStep.FAKE, network, three.fake(), teacher);
  }

  /** The two updates of stage III. */
  record Matching(FakeStep fake, GeneratorStep generator) {
    /**
     * @param network of the teacher and the fake network
     * @param start of the generator
     * @param steps of the generator
     */
    static Matching of(
        PatchTransformer network,
        Start start,
        GuidedVelocity strengths,
        StageThreeSettings three,
        int steps,
        int microBatch) {
      Simulation simulation = new Simulation(start.network(), three.levels(steps), microBatch);
      return new Matching(
          new FakeStep(simulation, network),
          new GeneratorStep(
              simulation,
              new GuidedTeacher(network, start.network(), strengths, three.spread(), microBatch),
              network,
              new MatchingGradient(MatchingGradient.FLOOR),
              three.low(),
              three.high()));
    }

    /**
     * @param ratio updates of the fake network for each of the generator
     */
    RoundStep both(int ratio) {
      return fake.and(generator.every(ratio));
    }
  }
}
