package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.PixelShape;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelRecord;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Arrays;
import java.util.Map;

/** What teachers of images and of videos have in common: network, schedule, loss and samples. */
record PixelTeacher(
    JobContext context, JobConfig config, PatchTransformer network, Schedule schedule) {
  private static final int LOOK = 8;

  /**
   * @param classes of the data
   * @throws io.accelerant.core.error.ConfigException if the data or the keys do not fit
   */
  static PixelTeacher of(JobContext context, JobConfig config, PixelShape shape, int classes) {
    if (shape.height() != shape.width() || classes > PixelRecord.MOST_CLASSES) {
      throw config.invalid(
          TrainTeacherKeys.DATA,
          Text.of(
              "holds images of %d x %d of %d classes; they must be square, and of at most %d"
                  + " classes.",
              shape.height(), shape.width(), classes, PixelRecord.MOST_CLASSES));
    }
    int width = config.get(TrainTeacherKeys.WIDTH);
    try {
      PatchTransformer network =
          new PatchTransformer(
              shape.channels(),
              shape.height(),
              config.get(TrainTeacherKeys.PATCH),
              width,
              config.get(TrainTeacherKeys.LAYERS),
              config.get(TrainTeacherKeys.HEADS),
              config.find(TrainTeacherKeys.HIDDEN).orElse(4 * width),
              classes,
              false);
      Frames frames =
          shape.frames() == 1
              ? Frames.NONE
              : new Frames(shape.frames(), config.get(TrainTeacherKeys.FRAME_PATCH));
      return new PixelTeacher(context, config, network.withFrames(frames), schedule(config));
    } catch (IllegalArgumentException e) {
      throw config.invalid(
          TrainTeacherKeys.WIDTH,
          Text.of("or trainTeacher.patch or heads does not fit: %s.", e.getMessage()));
    }
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if it ends before the smallest time of the
   *     loss
   */
  static Schedule schedule(JobConfig config) {
    boolean video = config.get(TrainTeacherKeys.KIND).equals(ImageModel.VIDEO);
    Schedule schedule =
        Schedule.ofLabel(
            config.find(TrainTeacherKeys.SCHEDULE).orElse(video ? FlowPath.LABEL : "vp-linear"));
    SolverSettings.requireTime(
        schedule, config.get(TrainTeacherKeys.T_MIN), config, TrainTeacherKeys.T_MIN);
    return schedule;
  }

  private boolean isFlow() {
    return schedule instanceof FlowPath;
  }

  Loss loss() {
    int microBatch =
        Math.min(config.get(TrainSettings.MICRO_BATCH), config.get(TrainSettings.BATCH));
    double dropout = config.get(TrainTeacherKeys.LABEL_DROPOUT);
    return DenoisingLoss.of(
        network, schedule, config.get(TrainTeacherKeys.T_MIN), dropout, microBatch);
  }

  String lossUnit() {
    return "mean squared error of the " + predicted();
  }

  /** What the network predicts, for people. */
  String predicted() {
    return isFlow() ? "velocity" : "noise";
  }

  /** Name of the held-out loss among the metrics. */
  String lossName() {
    return predicted() + "Mse";
  }

  ImageModel model(float[] average) {
    return new ImageModel(network, average, schedule);
  }

  PixelSampling sampling(ImageModel model) {
    return PixelSampling.of(config, model);
  }

  /** Samples by tasks. */
  LabelledPixels samples(float[] average, int count) {
    ImageModel model = model(average);
    return sampling(model).draw(context, config, model, count);
  }

  String look(float[] average) {
    ImageModel model = model(average);
    byte[][] drawn;
    try (ContinuousModel opened = model.open(context, config)) {
      drawn = sampling(model).draw(opened, 0, LOOK);
    }
    double sum = 0;
    double squares = 0;
    for (byte[] image : drawn) {
      for (byte pixel : image) {
        double x = (pixel & 0xff) / 255.0;
        sum += x;
        squares += x * x;
      }
    }
    double numbers = LOOK * network.numbers();
    double mean = sum / numbers;
    return Text.of(
        "%d samples, pixels %.3f ± %.3f",
        LOOK, mean, StrictMath.sqrt(squares / numbers - mean * mean));
  }

  /** Adds mean and spread of the held-out loss over draws. */
  void putHeldOut(double[] heldOut, Map<String, Number> metrics) {
    double mean = Arrays.stream(heldOut).average().orElseThrow();
    double squares = Arrays.stream(heldOut).map(x -> (x - mean) * (x - mean)).sum();
    metrics.put(lossName(), mean);
    metrics.put(lossName() + ".sd", StrictMath.sqrt(squares / (heldOut.length - 1)));
  }
}
