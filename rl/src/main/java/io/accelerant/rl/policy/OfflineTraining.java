package io.accelerant.rl.policy;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;

/** Trains one policy in this thread: rounds of one worker, by Adam. */
final class OfflineTraining {
  /** The role of the actor. */
  static final String ACTOR = "pi";

  private static final int PROGRAMS = 3;

  private final OfflineData data;
  private final Normaliser normaliser;
  private final TrainingSettings settings;

  OfflineTraining(OfflineData data, TrainingSettings settings) {
    this.data = data;
    this.normaliser = Normaliser.of(data);
    this.settings = settings;
  }

  Training adam() {
    return Training.of(
        OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(settings.learningRate()));
  }

  /**
   * @param draw of transitions by round
   */
  Policy train(Roles roles, RoundStep step, Draw draw, int rounds, double bound) {
    Transition transition = Transition.of(data);
    MemoryShards shards =
        new MemoryShards(
            data.transitions(), row -> transition.pack(data, normaliser, row), settings.seed());
    try (ProgramPool pool = new ProgramPool(PROGRAMS);
        LocalRound workers = new LocalRound(shards, pool, Precision.FLOAT32, settings.seed())) {
      new Trainer(workers, roles, rounds).train(step, draw);
      float[] parameters = roles.parameters(ACTOR).floats();
      return new Policy(
          Policy.network(data.observationSize(), settings.hidden(), data.actionSize()),
          parameters,
          normaliser,
          bound);
    }
  }
}
