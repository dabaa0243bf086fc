package io.accelerant.selection.lead;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says the losses of rows by parameters that do not move, in one task. Not thread-safe. */
final class RowScorer implements AutoCloseable {
  /** Programs that it has on loan at a time, at most. */
  static final int PROGRAMS = Buckets.LIMIT;

  private final RowLoss loss;
  private final Flat parameters;
  private final ProgramPool pool;
  private final Map<BatchShape, ProgramPool.Lease> leases = new HashMap<>();

  /**
   * @param parameters in the order of the network's layout; not copied
   */
  RowScorer(RowLoss loss, float[] parameters, ProgramPool pool) {
    this.loss = loss;
    this.parameters = Flat.of(parameters);
    this.pool = pool;
  }

  /**
   * Mean nats a token of each answer.
   *
   * @param records packed as {@link io.accelerant.core.lm.PromptRecord}; a row has its bits by its
   *     place among them
   */
  float[] losses(List<byte[]> records) {
    float[] losses = new float[records.size()];
    new Batch(records, 0, records.size(), 0, 0)
        .pieces(
            loss,
            (piece, shape) -> {
              Program program = program(shape);
              loss.set(program, piece);
              program.run();
              float[] found = program.floats(RowLoss.LOSSES);
              for (int i = 0; i < piece.size(); i++) {
                losses[Math.toIntExact(piece.number(i))] = found[i];
              }
            });
    return losses;
  }

  private Program program(BatchShape shape) {
    return leases
        .computeIfAbsent(
            shape,
            s -> {
              ProgramPool.Lease lease = loss.forward(pool, Precision.FLOAT32, s);
              lease
                  .program()
                  .setParameters(Loss.NETWORK + ".", loss.network().layout(), parameters);
              return lease;
            })
        .program();
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }
}
