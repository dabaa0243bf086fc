package io.accelerant.core.train;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;

/**
 * The loss of a network over a worker's batch, without its gradient: for held-out data. Totals: the
 * loss.
 *
 * @param threads as in {@link GradientStep}
 * @param slots as in {@link GradientStep}
 */
public record LossStep(Loss loss, Precision precision, int threads, int slots)
    implements WorkerStep {
  @Override
  public Sums on(Flat parameters, Batch batch) {
    Engine.start(threads, "auto");
    ProgramPool pool = ProgramPool.ofJvm(slots);
    try (ProgramPool.Lease lease = loss.network().loss(pool, precision, loss.shape())) {
      Program program = lease.program();
      parameters.setParameters(program);
      double sum = 0;
      for (Batch piece : batch.cut(loss.shape().batch())) {
        loss.set(program, piece);
        program.run();
        sum += program.scalar("loss");
      }
      return new Sums(Flat.zeros(precision, 0), new double[] {sum});
    }
  }
}
