package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.NetworkImageSource;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Samples of a model of images or videos for its report: DPM-Solver++(2M) on times that are uniform
 * in log SNR, or Euler steps along a flow. Sample i has class i mod classes, and noise that follows
 * from (seed, i).
 */
record PixelSampling(Schedule schedule, int steps, double guidance, int classes, long seed)
    implements Serializable {
  private static final long NOISE = RandomStream.purpose("teacher.sample");
  private static final int BATCH = 64;

  static PixelSampling of(JobConfig config, ImageModel model) {
    return new PixelSampling(
        model.schedule(),
        config.get(TrainTeacherKeys.SAMPLE_STEPS),
        config.get(TrainTeacherKeys.GUIDANCE),
        model.network().classes(),
        config.get(RunKeys.SEED));
  }

  /** For people. */
  String describe() {
    return Text.of(
        "%d steps of %s, guidance %s",
        steps,
        schedule instanceof FlowPath ? "Euler" : "DPM-Solver++(2M), uniform in log SNR",
        guidance);
  }

  int label(int id) {
    return id % classes;
  }

  /** Samples {@code from .. to - 1}, each as bytes. */
  byte[][] draw(ContinuousModel model, int from, int to) {
    int size = model.size();
    double[] noise = new double[(to - from) * size];
    int[] labels = new int[to - from];
    for (int id = from; id < to; id++) {
      RandomStream stream = new RandomStream(seed, NOISE, id, 0);
      for (int p = 0; p < size; p++) {
        noise[(id - from) * size + p] = stream.nextGaussian();
      }
      labels[id - from] = label(id);
    }
    boolean flow = schedule instanceof FlowPath;
    Spacing spacing = flow ? Spacing.TIME_UNIFORM : Spacing.LOG_SNR;
    double[] times = spacing.times(schedule, schedule.end(), steps);
    double[] x =
        Solver.plain(flow ? Solver.EULER : Solver.DPMPP_2M)
            .on(schedule, times)
            .sample(noise, new Denoiser(model, labels, guidance, Thresholding.NONE));
    return ImageModel.toBytes(x, labels.length);
  }

  /** Samples 0 .. count - 1 by tasks of one micro-batch each. */
  LabelledPixels draw(JobContext context, JobConfig config, ImageModel model, int count) {
    Batches batches = new Batches(count, BATCH);
    ContinuousSource source = NetworkImageSource.of(context, model, "in training", "", config);
    PixelSampling sampling = this;
    byte[][] images =
        new Units<>(context, GpuStage.of(config), Units.ONE_EACH, source::open)
                .map(
                    Text.of("train-teacher: draw %d samples", count),
                    batches.units(),
                    (opened, batch) ->
                        sampling.draw(opened, batches.from(batch), batches.to(batch)))
                .stream()
                .flatMap(Arrays::stream)
                .toArray(byte[][]::new);
    return new LabelledPixels(images, IntStream.range(0, count).map(this::label).toArray());
  }
}
