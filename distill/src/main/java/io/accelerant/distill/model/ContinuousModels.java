package io.accelerant.distill.model;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.continuous.NoiseModelSource;
import io.accelerant.distill.continuous.VpSchedule;
import io.accelerant.distill.onnx.OnnxNoiseSource;

/**
 * Opens continuous models by name: {@code <file>.json}, a Gaussian mixture with exact score; {@code
 * onnx:<file>}, a network of the user's. One more kind of model is one more case here and a {@link
 * NoiseModelSource}.
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

  /**
   * The file a model is made from, read and checked; needs no Spark.
   *
   * @param key where the name was given, for messages
   * @throws ConfigException if the name means nothing, or an ONNX model has other inputs or outputs
   * @throws io.accelerant.core.error.DataException if the file is missing or not what it should be
   */
  public static Manifest.Parent input(
      String name, JobContext context, JobConfig config, Key<?> key) {
    if (name.startsWith(ONNX)) {
      OnnxFile file = onnx(name, context);
      OnnxNoiseSource.check(file, config);
      return new Manifest.Parent("model", file.uri(), file.sha256());
    }
    InputFile file = mixtureFile(name, context, config, key);
    GaussianMixture.fromJson(file.json(), name);
    return new Manifest.Parent("model", file.uri(), file.sha256());
  }

  /**
   * Opens a model; the arguments and errors are those of {@link #input}.
   *
   * @param schedule that a network was trained with
   */
  public static ContinuousModel open(
      String name, VpSchedule schedule, JobContext context, JobConfig config, Key<?> key) {
    if (name.startsWith(ONNX)) {
      OnnxFile file = onnx(name, context);
      NoiseModelSource source =
          OnnxNoiseSource.open(
              file, (model, settings) -> model.broadcast(context, settings), config, schedule);
      return new ContinuousModel(
          source,
          "the network " + file.uri(),
          new Manifest.Parent("model", file.uri(), file.sha256()));
    }
    InputFile file = mixtureFile(name, context, config, key);
    GaussianMixture mixture = GaussianMixture.fromJson(file.json(), name);
    return new ContinuousModel(
        mixture,
        "the Gaussian mixture %s in %d dimensions".formatted(name, mixture.size()),
        new Manifest.Parent("model", file.uri(), file.sha256()));
  }

  private static OnnxFile onnx(String name, JobContext context) {
    return OnnxFile.read(name.substring(ONNX.length()), context.hadoop());
  }

  private static InputFile mixtureFile(
      String name, JobContext context, JobConfig config, Key<?> key) {
    if (!isContinuous(name)) {
      throw config.invalid(
          key,
          "is \"%s\", which is no continuous model: expected <file>.json (a Gaussian mixture) or onnx:<file>."
              .formatted(name));
    }
    return InputFile.read(name, context.hadoop(), LARGEST);
  }
}
