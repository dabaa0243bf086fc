package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.continuous.VpSchedule;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.NetworkNoiseSource;
import io.accelerant.distill.model.onnx.OnnxKeys;
import io.accelerant.distill.model.onnx.OnnxNoiseSource;
import java.util.Optional;

/**
 * Opens continuous models by name: {@code <file>.json}, a Gaussian mixture with exact score; {@code
 * onnx:<file>}, a network of the user's; anything else is the URI of a model artifact of images
 * that was trained here. One more kind of model is one more case here and a {@link
 * ContinuousSource}.
 */
public final class ContinuousModels {
  private static final String ONNX = "onnx:";
  private static final int LARGEST = 256 << 20;

  private ContinuousModels() {}

  /** Whether a name stands for a model that can only be continuous. */
  public static boolean isContinuous(String name) {
    return name.endsWith(".json");
  }

  /** Whether a name stands for a network that may be continuous. */
  public static boolean mayBeContinuous(String name) {
    return isContinuous(name) || name.startsWith(ONNX);
  }

  /** Whether a name stands for an artifact that is a trained model of images. */
  public static boolean isImages(String name, JobContext context) {
    return !mayBeContinuous(name)
        && ModelArtifacts.any(name, context).filter(ImageModel::isOne).isPresent();
  }

  /**
   * The file or artifact a model is made from, read and checked; needs no Spark.
   *
   * @param schedule that a network was trained with
   * @param key where the name was given, for messages
   * @throws ConfigException if the name means nothing, an ONNX model has other inputs or outputs,
   *     or an artifact says that it was trained with another schedule
   * @throws io.accelerant.core.error.DataException if the file is missing or not what it should be
   * @throws io.accelerant.core.error.ArtifactException if there is no artifact, or another kind
   */
  public static Manifest.Parent input(
      String name, VpSchedule schedule, JobContext context, JobConfig config, Key<?> key) {
    if (name.startsWith(ONNX)) {
      OnnxFile file = onnx(name, context);
      OnnxNoiseSource.check(file, config);
      return new Manifest.Parent("model", file.uri(), file.sha256());
    }
    OnnxKeys.refuse(config, key);
    if (!isContinuous(name)) {
      return ModelArtifacts.parent(images(name, schedule, context, config, key));
    }
    InputFile file = InputFile.read(name, context.hadoop(), LARGEST);
    GaussianMixture.fromJson(file.json(), name);
    return new Manifest.Parent("model", file.uri(), file.sha256());
  }

  /** Opens a model; the arguments and errors are those of {@link #input}. */
  public static OpenedContinuousModel open(
      String name, VpSchedule schedule, JobContext context, JobConfig config, Key<?> key) {
    if (name.startsWith(ONNX)) {
      OnnxFile file = onnx(name, context);
      ContinuousSource source =
          OnnxNoiseSource.open(
              file, (model, settings) -> model.broadcast(context, settings), config, schedule);
      return new OpenedContinuousModel(
          source,
          "the network " + file.uri(),
          Optional.empty(),
          new Manifest.Parent("model", file.uri(), file.sha256()));
    }
    if (!isContinuous(name)) {
      return images(images(name, schedule, context, config, key), context, config, key);
    }
    InputFile file = InputFile.read(name, context.hadoop(), LARGEST);
    GaussianMixture mixture = GaussianMixture.fromJson(file.json(), name);
    return new OpenedContinuousModel(
        mixture,
        "the Gaussian mixture %s in %d dimensions".formatted(name, mixture.size()),
        Optional.empty(),
        new Manifest.Parent("model", file.uri(), file.sha256()));
  }

  private static OnnxFile onnx(String name, JobContext context) {
    return OnnxFile.read(name.substring(ONNX.length()), context.hadoop());
  }

  private static Artifact images(
      String name, VpSchedule schedule, JobContext context, JobConfig config, Key<?> key) {
    Artifact artifact =
        ModelArtifacts.any(name, context)
            .orElseThrow(
                () ->
                    config.invalid(
                        key,
                        "is \"%s\", which is no continuous model: expected <file>.json (a Gaussian mixture), onnx:<file> or the URI of a model artifact of images."
                            .formatted(name)));
    String trained = ImageModel.schedule(artifact, key.path()).label();
    if (!trained.equals(schedule.label())) {
      throw config.invalid(
          key,
          "names %s, which was trained with the schedule %s, not %s: set the schedule to that."
              .formatted(artifact.uri(), trained, schedule.label()));
    }
    return artifact;
  }

  private static OpenedContinuousModel images(
      Artifact artifact, JobContext context, JobConfig config, Key<?> key) {
    ImageModel model = ImageModel.read(artifact, key.path());
    PatchTransformer network = model.network();
    return new OpenedContinuousModel(
        NetworkNoiseSource.of(context, model, artifact.contentHash(), config),
        "the trained model %s, %,d parameters".formatted(artifact.uri(), model.parameters().length),
        Optional.of(new Pixels(network.channels(), network.size(), network.size())),
        ModelArtifacts.parent(artifact));
  }
}
