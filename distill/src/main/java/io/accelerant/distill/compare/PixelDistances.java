package io.accelerant.distill.compare;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PixelShape;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.VideoMeter;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.Pixels;
import io.accelerant.distill.teacher.PixelTables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Frechet distances of samples to as many held-out images in the three spaces of {@link
 * VideoMeter}: two networks of features, and principal components of the pixels.
 */
final class PixelDistances {
  /** Metrics and columns are {@code frechet.<space>}. */
  static final String FRECHET = "frechet.";

  private static final int TRAINING = 5000;

  private final VideoMeter meter;
  private final LabelledPixels training;

  private PixelDistances(VideoMeter meter, LabelledPixels training) {
    this.meter = meter;
    this.training = training;
  }

  /**
   * The meter that {@code compareSolvers.data} asks for; its networks are trained in this process.
   *
   * @throws io.accelerant.core.error.ConfigException if model and images do not go together, or
   *     there are too few held-out images
   */
  static Optional<PixelDistances> of(
      JobContext context, JobConfig config, OpenedContinuousModel model, int count) {
    return config
        .find(CompareKeys.DATA)
        .map(
            uri ->
                of(
                    Images.open(context.spark(), context.hadoop(), uri, CompareKeys.DATA.path()),
                    context,
                    config,
                    model,
                    count));
  }

  private static PixelDistances of(
      Images images, JobContext context, JobConfig config, OpenedContinuousModel model, int count) {
    Pixels own = new Pixels(images.channels(), 1, images.height(), images.width());
    if (!model.pixels().map(own::equals).orElse(false)) {
      throw config.invalid(
          CompareKeys.DATA,
          Text.of(
              "holds images of %d x %d x %d; the model is not one of such images.",
              images.channels(), images.height(), images.width()));
    }
    LabelledPixels real = PixelTables.first(images.split("test"), Images.COLUMN, count);
    if (real.count() < count) {
      throw config.invalid(
          CompareKeys.COUNT,
          Text.of(
              "is %,d; %s holds out %,d images, and distances are between as many.",
              count, images.uri(), real.count()));
    }
    EngineSettings.of(config).start();
    context.progress().say("compare-solvers: training the two networks of features");
    LabelledPixels training = PixelTables.first(images.split("train"), Images.COLUMN, TRAINING);
    VideoMeter.Networks networks =
        VideoMeter.Networks.train(
            training,
            images.classes(),
            config.get(CompareKeys.CLASSIFIER_STEPS),
            config.get(RunKeys.SEED));
    PixelShape shape = new PixelShape(own.channels(), 1, own.height(), own.width());
    return new PixelDistances(new VideoMeter(shape, networks, training, real), training);
  }

  /** Distances of samples by space. */
  Map<String, Double> measure(byte[][] samples) {
    return distances(new LabelledPixels(samples, new int[samples.length]));
  }

  /** The same of as many training images: what a perfect sampler gets. */
  Map<String, Double> floors() {
    return distances(training.first(meter.count()));
  }

  private Map<String, Double> distances(LabelledPixels images) {
    Map<String, Double> found = meter.measure(images);
    Map<String, Double> distances = new LinkedHashMap<>();
    VideoMeter.SPACES.forEach(space -> distances.put(space, found.get(FRECHET + space)));
    return distances;
  }
}
