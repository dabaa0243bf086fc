package io.accelerant.distill.network;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteTeacher;
import io.accelerant.distill.discrete.TeacherSource;

/**
 * A trained model of text as the source of teachers. What travels to a task is the specification of
 * the network and, once to each executor, its weights; programs are leased where the task runs.
 */
public final class NetworkTextSource implements TeacherSource {
  private static final long serialVersionUID = 1;

  /** A teacher on the driver beside the tasks, and one more while the first is still open. */
  private static final int OUTSIDE_TASKS = 2;

  private final TokenNetwork network;
  private final Shared<float[]> parameters;
  private final DiffusionProcess process;
  private final int length;
  private final String modelHash;
  private final int programs;
  private final int threads;
  private final String kernel;

  private NetworkTextSource(
      MaskedTextModel model,
      Shared<float[]> parameters,
      String modelHash,
      int programs,
      JobConfig config) {
    this.network = model.network();
    this.parameters = parameters;
    this.process = model.process();
    this.length = model.length();
    this.modelHash = modelHash;
    this.programs = programs;
    this.threads = config.get(RunKeys.THREADS);
    this.kernel = config.get(RunKeys.KERNEL);
  }

  /**
   * Sends the weights to the executors.
   *
   * @param modelHash content hash of the model's artifact
   * @param config for {@code engine.threads} and {@code engine.kernel}
   * @throws io.accelerant.core.error.ConfigException if executors lack the memory for the programs
   *     of their tasks
   */
  public static NetworkTextSource of(
      JobContext context, MaskedTextModel model, String modelHash, JobConfig config) {
    Engine.start(config.get(RunKeys.THREADS), config.get(RunKeys.KERNEL));
    int slots = context.taskSlots();
    int buckets = NetworkTextTeacher.BATCHES.sizes().size();
    BatchShape largest = BatchShape.of(NetworkTextTeacher.BATCHES.largest(), model.length());
    int programs = (slots + OUTSIDE_TASKS) * buckets;
    try (ProgramPool.Lease lease =
        model.network().forward(ProgramPool.ofJvm(programs), Precision.FLOAT32, largest)) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          buckets * program.nativeBytes(),
          (long) Float.BYTES * model.parameters().length);
    }
    Shared<float[]> parameters = Shared.of(context, model.parameters());
    return new NetworkTextSource(model, parameters, modelHash, programs, config);
  }

  @Override
  public DiffusionProcess process() {
    return process;
  }

  @Override
  public int length() {
    return length;
  }

  /** Content hash of the model's artifact. */
  @Override
  public String modelHash() {
    return modelHash;
  }

  @Override
  public DiscreteTeacher open() {
    Engine.start(threads, kernel);
    return new NetworkTextTeacher(
        network, parameters.copy(), process, length, ProgramPool.ofJvm(programs));
  }
}
