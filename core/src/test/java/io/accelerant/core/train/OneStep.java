package io.accelerant.core.train;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.ProgramPool;

/** A step on a batch of choice, without Spark and without an optimizer. */
public final class OneStep {
  private OneStep() {}

  /**
   * @param parameters of the loss' network
   */
  public static Sums sums(RoundStep step, Loss loss, Flat parameters, Batch batch) {
    Engine.start(1, "auto");
    try (ProgramPool pool = new ProgramPool(4);
        Programs programs = new Programs(pool, parameters.precision());
        Roles roles = new Roles(parameters.precision())) {
      roles.frozen(Loss.NETWORK, loss.network(), parameters);
      programs.set(roles.numbers(java.util.Set.of()));
      return step.on(programs, batch);
    }
  }
}
