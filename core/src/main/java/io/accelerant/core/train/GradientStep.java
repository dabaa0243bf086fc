package io.accelerant.core.train;

import io.accelerant.core.engine.Program;
import java.util.List;

/**
 * Loss and gradient of an objective over a worker's batch, micro-batch by micro-batch in order of
 * number.
 *
 * @param totals outputs that are added up and logged, scalars with the normaliser in them
 */
public record GradientStep(Objective objective, List<String> totals) implements RoundStep {
  private static final String LOSS = "loss";

  /** Logs the loss alone. */
  public GradientStep(Objective objective) {
    this(objective, List.of(LOSS));
  }

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    batch.pieces(
        objective,
        (piece, shape) -> {
          Program program = programs.training(objective, shape);
          objective.set(program, piece);
          program.run();
          totals.forEach(name -> sums.addTotal(name, program.scalar(name)));
          sums.addGradients(objective, program);
        });
    return sums;
  }
}
