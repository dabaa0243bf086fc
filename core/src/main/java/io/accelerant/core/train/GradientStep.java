package io.accelerant.core.train;

import io.accelerant.core.engine.Program;

/**
 * Loss and gradient of an objective over a worker's batch, micro-batch by micro-batch in order of
 * number. Totals: {@code loss}.
 */
public record GradientStep(Objective objective) implements RoundStep {
  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    batch.pieces(
        objective,
        (piece, shape) -> {
          Program program = programs.training(objective, shape);
          objective.set(program, piece);
          program.run();
          sums.addTotal("loss", program.scalar("loss")).addGradients(objective, program);
        });
    return sums;
  }
}
