package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Training;
import io.accelerant.distill.continuous.Schedule;
import java.util.List;

/**
 * The checked configuration of a finetuning run.
 *
 * @param steps numbers of steps; the first is published
 * @param features what is trained on; the first is published
 * @param seeds of training and of the noise that is measured; the first is published
 */
record MmdSettings(
    TrainSettings train,
    Training training,
    List<Integer> steps,
    TimeSubset subset,
    List<FeatureChoice> features,
    List<Long> seeds,
    boolean unbiased,
    double classShare,
    boolean labelled,
    int microBatch,
    int reals,
    int samples,
    int curveSamples,
    int every,
    List<Integer> baselineSteps) {
  private static final double EPSILON = 1e-8;

  static MmdSettings of(JobConfig config) {
    for (Key<?> key : List.of(MmdKeys.MODEL, MmdKeys.DATA)) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(key, "is required, unless mmd.of or mmd.chain is set.");
      }
    }
    TrainSettings train = TrainSettings.of(config);
    int samples = config.get(MmdKeys.SAMPLES);
    return new MmdSettings(
        train,
        training(config, train),
        config.distinct(MmdKeys.STEPS),
        TimeSubset.ofLabel(config.get(MmdKeys.TIMES)),
        FeatureChoice.all(config, MmdKeys.FEATURES),
        config.distinct(MmdKeys.SEEDS),
        config.get(MmdKeys.ESTIMATOR).equals("unbiased"),
        MmdKeys.share(config),
        !config.get(MmdKeys.CONDITIONAL).equals("none"),
        Math.min(config.get(TrainSettings.MICRO_BATCH), train.batch()),
        config.get(MmdKeys.REALS),
        samples,
        Math.min(samples, config.get(MmdKeys.CURVE_SAMPLES)),
        config.get(MmdKeys.EVALUATE_EVERY),
        config.get(MmdKeys.BASELINE_STEPS));
  }

  /** Adam, the rate falling to 0 along a line, as what is good already suffers from a high one. */
  private static Training training(JobConfig config, TrainSettings train) {
    return Training.of(
            OptimizerSpec.adam(
                config.get(TrainSettings.BETA1), config.get(TrainSettings.BETA2), EPSILON),
            LearningRate.linear(train.learningRate(), 0, train.rounds()))
        .clipped(config.get(TrainSettings.CLIP))
        .averaged(new ExponentialAverage(config.get(TrainSettings.EMA), true), 1);
  }

  /** What is trained: the network, or adapters on it. */
  static NetworkSpec network(JobConfig config, PatchTransformer patches) {
    return MmdKeys.ADAPTER.on(config, patches);
  }

  /** Times of the sampler that is finetuned. */
  double[] times(Schedule schedule, int count) {
    return subset.times(schedule, count);
  }

  /** Examples of one update. */
  long union() {
    return train.union();
  }
}
