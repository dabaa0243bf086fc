package io.accelerant.core.job;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.EngineInfo;
import io.accelerant.core.engine.Storage;
import java.io.Serializable;
import java.util.Locale;

/**
 * How the numeric engine is started, on the driver and in tasks.
 *
 * @param threads of one numeric task, key {@code engine.threads}
 * @param kernel key {@code engine.kernel}
 * @param frozen how matrices that adapters leave as they are are kept, key {@code engine.frozen}
 * @param stage what the stages that compute on it ask Spark for
 */
public record EngineSettings(int threads, String kernel, Storage frozen, GpuStage stage)
    implements Serializable {
  public static EngineSettings of(JobConfig config) {
    return new EngineSettings(
        config.get(RunKeys.THREADS),
        config.get(RunKeys.KERNEL),
        Storage.valueOf(config.get(RunKeys.FROZEN).toUpperCase(Locale.ROOT)),
        GpuStage.of(config));
  }

  /** On the processor, whatever its kernel. */
  public static EngineSettings cpu(int threads) {
    return new EngineSettings(threads, "auto", Storage.FLOAT32, GpuStage.NONE);
  }

  /**
   * Starts the engine for this thread: on the processor, or on the GPU that Spark gave the task; on
   * the driver, the first of the process.
   *
   * @throws io.accelerant.core.error.ConfigException if this build, machine or device cannot do it
   */
  public EngineInfo start() {
    Engine.keepFrozen(frozen);
    return stage.gpus() > 0
        ? Engine.startCuda(TaskGpu.index().orElse(0), threads)
        : Engine.start(threads, kernel);
  }
}
