package io.accelerant.distill.model.network;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;

/** A trained model of text behind the interface that samplers know. */
public final class NetworkTextSource implements DiscreteSource {
  private static final long serialVersionUID = 1;

  private final String name;
  private final SharedNetwork network;
  private final DiffusionProcess process;
  private final int length;
  private final boolean timed;
  private final String modelHash;

  private NetworkTextSource(
      MaskedTextModel model, SharedNetwork network, String name, String modelHash) {
    this.name = name;
    this.network = network;
    this.process = model.process();
    this.length = model.length();
    this.timed = model.network().timed();
    this.modelHash = modelHash;
  }

  /**
   * Sends the weights to the executors.
   *
   * @param name of the model, such as the URI of its artifact, for messages
   * @param modelHash content hash of the model's artifact
   * @param config for {@code engine.*}
   * @throws io.accelerant.core.error.ConfigException if executors lack the memory for the programs
   *     of their tasks
   */
  public static NetworkTextSource of(
      JobContext context, MaskedTextModel model, String name, String modelHash, JobConfig config) {
    SharedNetwork network =
        SharedNetwork.of(context, model.network(), model.parameters(), model.length(), config);
    return new NetworkTextSource(model, network, "The model " + name, modelHash);
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
  public GpuStage stage() {
    return network.stage();
  }

  @Override
  public DiscreteModel open() {
    return new NetworkTextModel(name, network.open(), process, length, timed);
  }
}
