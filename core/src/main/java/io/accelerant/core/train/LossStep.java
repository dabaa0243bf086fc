package io.accelerant.core.train;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;

/**
 * The loss of a network over a worker's batch, without its gradient: for held-out data. Totals: the
 * loss.
 *
 * @param engine as in {@link GradientStep}
 * @param slots as in {@link GradientStep}
 */
public record LossStep(Loss loss, Precision precision, EngineSettings engine, int slots)
    implements WorkerStep {
  @Override
  public Sums on(Flat parameters, Batch batch) {
    engine.start();
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

  @Override
  public GpuStage stage() {
    return engine.stage();
  }
}
