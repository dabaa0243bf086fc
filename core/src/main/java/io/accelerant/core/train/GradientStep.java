package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Program;
import java.util.List;

/**
 * Loss and gradient of an objective over a worker's batch, micro-batch by micro-batch in order of
 * number.
 *
 * @param totals outputs that are added up and logged, scalars with the normaliser in them
 * @param rows outputs {@code [batch]} that become {@linkplain Sums#items items} of their names
 */
public record GradientStep(Objective objective, List<String> totals, List<String> rows)
    implements RoundStep {
  private static final String LOSS = "loss";

  /** Logs the loss alone. */
  public GradientStep(Objective objective) {
    this(objective, List.of(LOSS));
  }

  /** Keeps no numbers of rows. */
  public GradientStep(Objective objective, List<String> totals) {
    this(objective, totals, List.of());
  }

  /** This step with numbers of rows that it keeps. */
  public GradientStep withRows(String... names) {
    return new GradientStep(objective, totals, List.of(names));
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
          for (String name : rows) {
            put(program.numbers(name), piece, sums.items(name, batch));
          }
        });
    return sums;
  }

  private static void put(Flat numbers, Batch piece, double[] items) {
    for (int i = 0; i < piece.size(); i++) {
      items[Math.toIntExact(piece.number(i))] = numbers.get(i);
    }
  }
}
