package io.accelerant.distill.model.network;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Schedule;

/** A trained model of images behind the interface that solvers know. */
public final class NetworkImageSource implements ContinuousSource {
  private static final long serialVersionUID = 1;

  private final String name;
  private final SharedNetwork network;
  private final int size;
  private final int classes;
  private final Schedule schedule;
  private final String modelHash;

  private NetworkImageSource(
      ImageModel model, SharedNetwork network, String name, String modelHash) {
    this.name = name;
    this.network = network;
    this.size = model.size();
    this.classes = model.network().classes();
    this.schedule = model.schedule();
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
  public static NetworkImageSource of(
      JobContext context, ImageModel model, String name, String modelHash, JobConfig config) {
    SharedNetwork network =
        SharedNetwork.of(context, model.network(), model.parameters(), 1, config);
    return new NetworkImageSource(model, network, "The model " + name, modelHash);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** The schedule that the network was trained with. */
  public Schedule schedule() {
    return schedule;
  }

  /** Content hash of the model's artifact. */
  @Override
  public String modelHash() {
    return modelHash;
  }

  @Override
  public double roundingUnit() {
    return SINGLE;
  }

  @Override
  public GpuStage stage() {
    return network.stage();
  }

  @Override
  public ContinuousModel open() {
    return new NetworkImageModel(name, network.open(), size, classes, schedule.prediction());
  }
}
