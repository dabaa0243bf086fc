package io.accelerant.core.train;

import io.accelerant.core.engine.Program;

/**
 * The loss of an objective over a worker's batch, without its gradient: for held-out data. Totals:
 * {@code loss}.
 */
public record LossStep(Objective objective) implements RoundStep {
  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    batch.pieces(
        objective,
        (piece, shape) -> {
          Program program = programs.forward(objective, shape);
          objective.set(program, piece);
          program.run();
          sums.addTotal("loss", program.scalar("loss"));
        });
    return sums;
  }
}
