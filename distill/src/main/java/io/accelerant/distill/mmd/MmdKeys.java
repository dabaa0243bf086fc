package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.train.TrainSettings;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code mmd} job. */
final class MmdKeys {
  static final Key<List<String>> OF =
      Key.strings(
              "mmd.of",
              "Only compute value, gradient and Frechet distance of two files of features, samples"
                  + " and reals: [[..], ..] or {\"x\": [[..], ..], \"labels\": [..]}, or JSON"
                  + " lines")
          .optional();
  static final Key<String> CHAIN =
      Key.string(
              "mmd.chain",
              "Only compute samples, value and gradients of a DDIM chain with eps = W x + b, on schedule"
                  + " flow of Euler's with v = W x + b: a file"
                  + " {\"W\", \"b\", \"tau\": steps of 0..999, \"noise\", \"reals\", optional"
                  + " \"schedule\", \"kernel\", \"estimator\"}")
          .optional();
  static final Key<String> ESTIMATOR =
      Key.string("mmd.estimator", "unbiased leaves out the diagonals")
          .oneOf("unbiased", "biased")
          .withDefault("unbiased");
  static final Key<String> CONDITIONAL =
      Key.string(
              "mmd.conditional",
              "joint: samples have the classes of the data, and classes are compared"
                  + " (mmd.classShare); marginal: they have them, but only images are compared,"
                  + " which cannot see exchanged classes; none: sampled without class")
          .oneOf("joint", "marginal", "none")
          .withDefault("joint");
  static final Key<Double> CLASS_SHARE =
      Key.number(
              "mmd.classShare",
              "s of the class kernel 1 - s + s [c = c'] of joint: 1 compares within classes only,"
                  + " which wants many samples of each")
          .between(0, 1)
          .withDefault(0.5);

  static final Key<String> MODEL =
      Key.string("mmd.model", "URI of a model artifact of images, as train-teacher makes")
          .optional();
  static final Key<String> DATA =
      Key.string("mmd.data", "URI of the images artifact that it was trained on").optional();
  static final Key<List<Integer>> STEPS =
      Key.integers(
              "mmd.steps",
              "Steps to finetune for, each a network of its own; the first is published")
          .between(1, 1000)
          .withDefault(List.of(5));
  static final Key<String> TIMES =
      Key.string(
              "mmd.times",
              "Which of 1000 steps are visited: trailing, from the last one down; uniform, the"
                  + " published 0, s, 2 s, .., whose last evaluation moves next to nothing, not for flows")
          .oneOf(TimeSubset.labels())
          .withDefault(TimeSubset.TRAILING.label());
  static final Key<List<String>> FEATURES =
      Key.strings(
              "mmd.features",
              "What to train on, each in a run of its own; the first is published, the others are"
                  + " controls. Parts joined by +: a, the last hidden layer of a classifier; pca,"
                  + " whitened principal components of the pixels; pixels; pooled, means of blocks."
                  + " After a colon another mmd.kernel.type")
          .withDefault(List.of("a+pca", "a:polynomial", "pixels"));
  static final Key<Integer> COMPONENTS =
      Key.integer("mmd.components", "Components of the part pca").between(1, 4096).withDefault(32);
  static final Key<String> CLASSIFIER =
      Key.string(
              "mmd.classifier",
              "The classifier of the part a: an artifact of train-classifier; default: one is"
                  + " trained on mmd.data")
          .optional();
  static final Key<Integer> CLASSIFIER_STEPS =
      Key.integer("mmd.classifierSteps", "Steps of 64 images to train a classifier, where one is")
          .between(1, 1_000_000)
          .withDefault(1000);
  static final Key<Integer> JUDGE_EPOCHS =
      Key.integer(
              "mmd.judgeEpochs",
              "Epochs to train b, the other network, which only measures: a LeNet for grey images"
                  + " of 28 by 28, else a perceptron of another width")
          .between(1, 1000)
          .withDefault(2);
  static final Key<String> ONNX =
      Key.string(
              "mmd.onnx",
              "An ONNX network of features to measure in as well: one input [batch, channels,"
                  + " height, width] of pixels in 0..1, its first output is taken")
          .optional();
  static final Key<List<Long>> SEEDS =
      Key.longs(
              "mmd.seeds",
              "Each is a finetuning of its own, and the noise it is measured with; the first is"
                  + " published")
          .withDefault(List.of(1L, 2L, 3L));
  static final Key<Integer> SAMPLES =
      Key.integer("mmd.samples", "Samples, and held-out images, that a distance is measured on")
          .between(8, 1_000_000)
          .withDefault(1000);
  static final Key<Integer> CURVE_SAMPLES =
      Key.integer("mmd.curveSamples", "The same on the way; at most mmd.samples")
          .between(8, 1_000_000)
          .withDefault(400);
  static final Key<Integer> EVALUATE_EVERY =
      Key.integer("mmd.evaluateEvery", "Updates between two measurements on the way")
          .atLeast(1)
          .withDefault(20);
  static final Key<Integer> REFERENCE =
      Key.integer(
              "mmd.reference",
              "Training images that features are fitted on, and nearest neighbours are looked for"
                  + " in, at most")
          .between(16, 10_000_000)
          .withDefault(10_000);
  static final Key<Integer> REALS =
      Key.integer(
              "mmd.reals",
              "Training images, the first of mmd.reference, that the samples of every update are held"
                  + " against, each class counted as among these; 0: the images whose classes they"
                  + " have, as many as samples")
          .between(0, 1_000_000)
          .withDefault(4000);
  static final Key<List<Integer>> BASELINE_STEPS =
      Key.integers("mmd.baselineSteps", "Further steps at which the untouched model is measured")
          .between(1, 1000)
          .withDefault(List.of(10, 20, 50));
  static final Key<Integer> TRUTH_STEPS =
      Key.integer("mmd.truthSteps", "Steps of the trajectory that DC-Solver's ratios are fitted to")
          .between(1, 1_000_000)
          .withDefault(999);
  static final Adapters ADAPTER = Adapters.keys("mmd.adapter");
  static final Key<Integer> PARTITIONS =
      Key.integer("mmd.partitions", "Spark partitions of sampling; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  private static final List<Key<?>> TRAIN =
      List.of(
          TrainSettings.WORKERS,
          TrainSettings.ROUNDS.withDefault(120),
          TrainSettings.BATCH.withDefault(64),
          TrainSettings.LEARNING_RATE.withDefault(5e-5),
          TrainSettings.CHECKPOINT_EVERY.withDefault(20),
          TrainSettings.CLIP.withDefault(0.5),
          TrainSettings.EMA.withDefault(0.98),
          TrainSettings.BETA1,
          TrainSettings.BETA2.withDefault(0.999),
          TrainSettings.MICRO_BATCH.withDefault(64));

  /** What only finetuning has. */
  static final List<Key<?>> FINETUNING =
      List.of(
          MODEL,
          DATA,
          STEPS,
          TIMES,
          FEATURES,
          COMPONENTS,
          CLASSIFIER,
          CLASSIFIER_STEPS,
          JUDGE_EPOCHS,
          ONNX,
          SEEDS,
          SAMPLES,
          CURVE_SAMPLES,
          EVALUATE_EVERY,
          REFERENCE,
          REALS,
          BASELINE_STEPS,
          TRUTH_STEPS,
          ADAPTER.rank(),
          ADAPTER.alpha(),
          ADAPTER.targets(),
          PARTITIONS);

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(
                  List.of(OF, CHAIN, ESTIMATOR, CONDITIONAL, CLASS_SHARE),
                  KernelSettings.KEYS,
                  FINETUNING,
                  TRAIN)
              .<Key<?>>flatMap(List::stream)
              .toList());

  private MmdKeys() {}

  /** s of the class kernel. */
  static double share(JobConfig config) {
    return config.get(CONDITIONAL).equals("joint") ? config.get(CLASS_SHARE) : 0;
  }
}
