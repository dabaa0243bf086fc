package io.accelerant.distill.model.network;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import java.io.Serializable;

/**
 * A network as it travels to tasks: its specification, and once to each executor its weights.
 * Programs are leased where the task runs.
 */
final class SharedNetwork implements Serializable {
  private static final long serialVersionUID = 1;

  /** A model on the driver beside the tasks, and one more while the first is still open. */
  private static final int OUTSIDE_TASKS = 2;

  private final NetworkSpec network;
  private final Shared<float[]> parameters;
  private final int length;
  private final int programs;
  private final EngineSettings engine;

  private SharedNetwork(
      NetworkSpec network, Shared<float[]> parameters, int length, int programs, JobConfig config) {
    this.network = network;
    this.parameters = parameters;
    this.length = length;
    this.programs = programs;
    this.engine = EngineSettings.of(config);
  }

  /**
   * Sends the weights to the executors.
   *
   * @param length tokens of a row; 1 for networks without a sequence
   * @param config for {@code engine.*}
   * @throws io.accelerant.core.error.ConfigException if executors lack the memory for the programs
   *     of their tasks
   */
  static SharedNetwork of(
      JobContext context, NetworkSpec network, float[] parameters, int length, JobConfig config) {
    EngineSettings.of(config).start();
    int slots = context.taskSlots();
    int programs = capacity(slots);
    BatchShape largest = BatchShape.of(ForwardPrograms.BATCHES.largest(), length);
    try (ProgramPool.Lease lease =
        network.forward(ProgramPool.ofJvm(programs), Precision.FLOAT32, largest)) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          ForwardPrograms.BATCHES.sizes().size() * program.nativeBytes(),
          (long) Float.BYTES * parameters.length);
    }
    return new SharedNetwork(network, Shared.of(context, parameters), length, programs, config);
  }

  private static int capacity(int slots) {
    return (slots + OUTSIDE_TASKS) * ForwardPrograms.BATCHES.sizes().size();
  }

  /** What stages that open the network ask Spark for. */
  GpuStage stage() {
    return engine.stage();
  }

  /** For one task; the caller closes it. */
  ForwardPrograms open() {
    engine.start();
    return new ForwardPrograms(network, parameters.copy(), length, ProgramPool.ofJvm(programs));
  }

  /** In this process, beside the tasks, of weights that have not been sent. */
  static ForwardPrograms openHere(
      JobContext context, NetworkSpec network, float[] parameters, int length, JobConfig config) {
    EngineSettings.of(config).start();
    return new ForwardPrograms(
        network, parameters, length, ProgramPool.ofJvm(capacity(context.taskSlots())));
  }
}
