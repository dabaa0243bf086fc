package io.accelerant.selection.classifier;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;

/** The keys of {@code train-classifier}. */
final class ClassifierKeys {
  static final Key<String> IMAGES =
      Key.string(
              "trainClassifier.images",
              "URI of IDX images to train on; unless set, the first 8,000 of the 10,000 Fashion-MNIST images that come with the program, and the others as test")
          .optional();
  static final Key<String> LABELS =
      Key.string("trainClassifier.labels", "URI of their IDX labels").optional();
  static final Key<String> TEST_IMAGES =
      Key.string("trainClassifier.testImages", "URI of IDX images to test on").optional();
  static final Key<String> TEST_LABELS =
      Key.string("trainClassifier.testLabels", "URI of their IDX labels").optional();
  static final Key<List<String>> CHOICES =
      Key.strings("trainClassifier.choices", "Ways to choose what a round trains on")
          .oneOf(Choice.labels())
          .withDefault(List.of(Choice.labels()));
  static final Key<List<Double>> RATIOS =
      Key.numbers("trainClassifier.ratios", "Shares of the images in a round")
          .between(1e-6, 1)
          .withDefault(List.of(0.01, 0.05, 0.1));
  static final Key<List<Long>> SEEDS =
      Key.longs("trainClassifier.seeds", "Seeds of weights and subsets")
          .withDefault(List.of(1L, 2L, 3L));
  static final Key<List<Long>> FULL_SEEDS =
      Key.longs("trainClassifier.fullSeeds", "Seeds of training on everything, which takes longest")
          .withDefault(List.of(1L));
  static final Key<Integer> ROUNDS =
      Key.integer("trainClassifier.rounds", "Rounds, or epochs of training on everything")
          .between(1, 100_000)
          .withDefault(40);
  static final Key<Integer> BATCH =
      Key.integer("trainClassifier.batch", "Images of a step").between(1, 65_536).withDefault(128);
  static final Key<List<Integer>> HIDDEN =
      Key.integers("trainClassifier.hidden", "Widths of the hidden layers (ReLU)")
          .between(1, 65_536)
          .withDefault(List.of(256));
  static final Key<Double> LEARNING_RATE =
      Key.number("trainClassifier.learningRate", "First learning rate of the cosine schedule")
          .between(1e-9, 100)
          .withDefault(0.05);
  static final Key<Double> FLOOR =
      Key.number("trainClassifier.learningRateFloor", "Last learning rate")
          .between(0, 100)
          .withDefault(1e-4);
  static final Key<Double> MOMENTUM =
      Key.number("trainClassifier.momentum", "Of Nesterov's method")
          .between(0, 0.9999)
          .withDefault(0.9);
  static final Key<Double> WEIGHT_DECAY =
      Key.number("trainClassifier.weightDecay", "Times the weights, added to the gradient")
          .between(0, 1)
          .withDefault(5e-4);
  static final Key<Boolean> STANDARDISE =
      Key.bool(
              "trainClassifier.standardise",
              "Shift and scale pixels to mean 0 and deviation 1 over the images to train on, as usual; else 0..1")
          .withDefault(true);
  static final Key<Integer> EVALUATE_EVERY =
      Key.integer("trainClassifier.evaluateEvery", "Rounds between points of the accuracy curve")
          .between(1, 100_000)
          .withDefault(10);

  static final List<Key<?>> ALL =
      RunKeys.and(
          List.of(
              IMAGES,
              LABELS,
              TEST_IMAGES,
              TEST_LABELS,
              CHOICES,
              RATIOS,
              SEEDS,
              FULL_SEEDS,
              ROUNDS,
              BATCH,
              HIDDEN,
              LEARNING_RATE,
              FLOOR,
              MOMENTUM,
              WEIGHT_DECAY,
              STANDARDISE,
              EVALUATE_EVERY));

  private ClassifierKeys() {}
}
