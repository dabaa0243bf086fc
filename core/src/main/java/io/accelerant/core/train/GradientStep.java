package io.accelerant.core.train;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;

/**
 * Loss and gradient of a network over a worker's batch, micro-batch by micro-batch in order of
 * number. Totals: the loss.
 *
 * @param engine how it is started in a task
 * @param slots tasks that run at once in one JVM: the capacity of its pool of programs
 */
public record GradientStep(Loss loss, Precision precision, EngineSettings engine, int slots)
    implements WorkerStep {
  @Override
  public Sums on(Flat parameters, Batch batch) {
    engine.start();
    ProgramPool pool = ProgramPool.ofJvm(slots);
    try (ProgramPool.Lease lease = loss.network().training(pool, precision, loss.shape())) {
      Program program = lease.program();
      parameters.setParameters(program);
      Sums sums = new Sums(Flat.zeros(precision, parameters.length()), new double[1]);
      for (Batch piece : batch.cut(loss.shape().batch())) {
        loss.set(program, piece);
        program.run();
        sums.totals()[0] += program.scalar("loss");
        addGradient(program, sums.gradient());
      }
      return sums;
    }
  }

  @Override
  public GpuStage stage() {
    return engine.stage();
  }

  /** A parameter that is not trained keeps a gradient of zero. */
  private static void addGradient(Program program, Flat sum) {
    Flat gradient = Flat.zeros(program.precision(), program.differentiated().size());
    if (gradient.precision() == Precision.FLOAT32) {
      program.gradients(gradient.floats());
    } else {
      program.gradients(gradient.doubles());
    }
    if (gradient.length() == sum.length()) {
      sum.add(gradient);
      return;
    }
    for (Layout.Tensor from : program.differentiated().tensors()) {
      int to = program.parameters().find(from.name()).offset();
      int size = from.size();
      for (int i = 0; i < size; i++) {
        if (sum.precision() == Precision.FLOAT32) {
          sum.floats()[to + i] += gradient.floats()[from.offset() + i];
        } else {
          sum.doubles()[to + i] += gradient.doubles()[from.offset() + i];
        }
      }
    }
  }
}
