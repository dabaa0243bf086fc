package io.accelerant.core.lm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.ParameterSource;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * A causal network as it travels to tasks: what it is, and once to each executor its parameters.
 * Programs are leased where a task runs.
 */
public final class CausalSource implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** A model on the driver, beside the tasks. */
  private static final int OUTSIDE_TASKS = 1;

  private final TokenStep step;
  private final Shared<float[]> parameters;
  private final int programs;
  private final EngineSettings engine;

  private CausalSource(
      TokenStep step, Shared<float[]> parameters, int programs, EngineSettings engine) {
    this.step = step;
    this.parameters = parameters;
    this.programs = programs;
    this.engine = engine;
  }

  /**
   * Sends the parameters to the executors.
   *
   * @param parameters in the order of the network's layout
   * @param longest tokens of the longest row that will be written, its prompt with it
   * @param batch rows that a task writes at a time
   * @throws io.accelerant.core.error.ConfigException if the network does not read from left to
   *     right, or tasks lack the memory for programs and pasts
   */
  public static CausalSource of(
      JobContext context,
      NetworkSpec network,
      float[] parameters,
      int longest,
      int batch,
      EngineSettings engine) {
    engine.start();
    TokenStep step = new TokenStep(network);
    Layout layout = network.layout();
    engine
        .frozen()
        .require(layout.within(network::freezes), Flat.of(parameters), "the network that writes");
    int slots = context.taskSlots();
    int programs = CachedModel.PROGRAMS * (slots + OUTSIDE_TASKS);
    if (Graph.caches(Precision.FLOAT32)) {
      ParameterSource source = ParameterSource.of(Flat.of(parameters));
      try (ProgramPool.Family family =
              step.family(ProgramPool.ofJvm(programs), parameters, source);
          ProgramPool.Lease largest = step.lease(family, CachedModel.LARGEST)) {
        NativeMemory.check(
            context.sparkSettings(),
            slots,
            CachedModel.PROGRAMS * largest.program().nativeBytes(),
            family.bytes());
      }
      NativeMemory.checkHeap(
          context.sparkSettings(),
          slots,
          (long) Float.BYTES * parameters.length
              + batch * step.pastBytes(Math.min(longest, step.maximumLength())),
          Text.of("parameters, and keys and values of %d rows of %d tokens,", batch, longest));
    }
    return new CausalSource(step, Shared.of(context, parameters), programs, engine);
  }

  /** What stages that open the model ask Spark for. */
  public GpuStage stage() {
    return engine.stage();
  }

  /** For one task; the caller closes it. */
  public CausalModel open() {
    engine.start();
    return open(step, parameters.copy(), ProgramPool.ofJvm(programs));
  }

  /**
   * A model whose parameters are here already. Start the engine first.
   *
   * @param parameters in the order of the network's layout; not copied
   */
  public static CausalModel open(TokenStep step, float[] parameters, ProgramPool pool) {
    return Graph.caches(Precision.FLOAT32)
        ? new CachedModel(step, parameters, pool)
        : new RecomputedModel(step, parameters, Precision.FLOAT32, pool);
  }

  /** Programs that a model leases at a time. */
  public static int programs() {
    return CachedModel.PROGRAMS;
  }

  /** Removes the parameters from driver and executors. */
  @Override
  public void close() {
    parameters.close();
  }
}
