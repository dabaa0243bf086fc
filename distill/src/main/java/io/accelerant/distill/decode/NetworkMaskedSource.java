package io.accelerant.distill.decode;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.text.Text;

/**
 * A masked network as it travels to tasks: what it is, and once to each executor its parameters.
 * Programs are leased where a task runs.
 */
public final class NetworkMaskedSource implements MaskedSource, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** A model on the driver, beside the tasks. */
  private static final int OUTSIDE_TASKS = 1;

  private final TokenNetwork network;
  private final MaskedVocabulary vocabulary;
  private final Shared<float[]> parameters;
  private final Buckets lengths;
  private final int programs;
  private final EngineSettings engine;

  private NetworkMaskedSource(
      TokenNetwork network,
      MaskedVocabulary vocabulary,
      Shared<float[]> parameters,
      Buckets lengths,
      int programs,
      EngineSettings engine) {
    this.network = network;
    this.vocabulary = vocabulary;
    this.parameters = parameters;
    this.lengths = lengths;
    this.programs = programs;
    this.engine = engine;
  }

  /**
   * Sends the parameters to the executors.
   *
   * @param network from tokens to logits
   * @param vocabulary which tokens may come
   * @param parameters in the order of the network's layout
   * @param longest tokens of the longest row that will be read
   * @throws ConfigException if the network is given a time, or tasks lack the memory for programs
   * @throws DataException if the network does not read rows that long
   */
  public static NetworkMaskedSource of(
      JobContext context,
      TokenNetwork network,
      MaskedVocabulary vocabulary,
      float[] parameters,
      int longest,
      EngineSettings engine) {
    if (network.timed()) {
      throw new ConfigException(
          "Masked rows are decoded by a network that is not given the time; this one is.");
    }
    if (longest > network.maximumLength()) {
      throw new DataException(
          Text.of(
              "The longest row has %d tokens, its answer with them; the model reads %d at most.",
              longest, network.maximumLength()));
    }
    engine.start();
    Buckets lengths = NetworkMaskedModel.lengths(network, longest);
    int slots = context.taskSlots();
    int programs = NetworkMaskedModel.programs(lengths) * (slots + OUTSIDE_TASKS);
    long bytes = (long) Float.BYTES * parameters.length;
    try (ProgramPool.Lease largest =
        network.forward(
            ProgramPool.ofJvm(programs), Precision.FLOAT32, NetworkMaskedModel.largest(lengths))) {
      long own = Math.max(0, largest.program().nativeBytes() - bytes);
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          NetworkMaskedModel.programs(lengths) * bytes
              + NetworkMaskedModel.activations(lengths, own),
          bytes);
    }
    return new NetworkMaskedSource(
        network, vocabulary, Shared.of(context, parameters), lengths, programs, engine);
  }

  @Override
  public GpuStage stage() {
    return engine.stage();
  }

  @Override
  public MaskedModel open() {
    engine.start();
    return new NetworkMaskedModel(
        network, vocabulary, parameters.copy(), lengths, ProgramPool.ofJvm(programs));
  }

  /** Removes the parameters from driver and executors. */
  @Override
  public void close() {
    parameters.close();
  }
}
