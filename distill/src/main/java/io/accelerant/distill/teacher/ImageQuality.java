package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.features.FeatureSpaces;
import io.accelerant.core.features.FrechetDistance;
import io.accelerant.core.features.ImageClassifier;
import io.accelerant.core.features.Moments;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far samples are from real images, as a Frechet distance to training images in two feature
 * spaces. Everything that is compared has the same number of rows, since the distance is biased by
 * it: the samples, and as many held-out real images, whose distance is the floor. The joint space
 * (features and label) also sees whether a sample shows its class: there, the same samples with
 * their labels shuffled are what a teacher that ignores labels would get.
 */
final class ImageQuality implements AutoCloseable {
  /** Real images that moments and classifier are made from, at most. */
  private static final int REFERENCE = 10_000;

  private static final long SHUFFLE = RandomStream.purpose("teacher.quality.shuffle");

  private final Images images;
  private final LabelledPixels reference;
  private final LabelledPixels real;
  private final ImageClassifier classifier;
  private final long seed;

  /** A space of features. */
  private interface Space {
    float[][] of(float[][] images);
  }

  ImageQuality(JobContext context, JobConfig config, Images images) {
    this.images = images;
    this.seed = config.get(RunKeys.SEED);
    this.reference = PixelTables.first(images.split("train"), Images.COLUMN, REFERENCE);
    this.real =
        PixelTables.first(
            images.split("test"), Images.COLUMN, config.get(TrainTeacherKeys.SAMPLES));
    boolean known =
        images.channels() == 1
            && images.height() == ImageClassifier.SIDE
            && images.width() == ImageClassifier.SIDE;
    this.classifier =
        known
            ? ImageClassifier.train(
                reference.floats(),
                reference.labels(),
                images.classes(),
                seed,
                config.get(TrainTeacherKeys.CLASSIFIER_EPOCHS),
                context.progress())
            : null;
  }

  /** Number of samples that are compared: as many as held-out images. */
  int count() {
    return real.count();
  }

  /** Real images to show beside samples. */
  LabelledPixels real() {
    return real;
  }

  /** Whether images are of the shape that the classifier knows. */
  boolean hasClassifier() {
    return classifier != null;
  }

  Map<String, Number> metrics(LabelledPixels samples) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("frechet.samples", samples.count());
    metrics.put("frechet.reference", reference.count());
    if (hasClassifier()) {
      compare("frechet.classifier", classifier::features, samples, metrics);
      metrics.put("labelAgreement", classifier.accuracy(samples.floats(), samples.labels()));
      metrics.put("labelAgreement.real", classifier.accuracy(real.floats(), real.labels()));
    }
    compare(
        "frechet.pixels",
        x -> FeatureSpaces.pooledPixels(x, images.channels(), images.height()),
        samples,
        metrics);
    return metrics;
  }

  private void compare(
      String name, Space space, LabelledPixels samples, Map<String, Number> metrics) {
    float[][] features = space.of(reference.floats());
    float[][] drawn = space.of(samples.floats());
    float[][] held = space.of(real.floats());
    Moments moments = Moments.of(features);
    metrics.put(name, FrechetDistance.between(moments, Moments.of(drawn)));
    metrics.put(name + ".floor", FrechetDistance.between(moments, Moments.of(held)));
    double scale = FeatureSpaces.meanNorm(features);
    Moments joint = joint(features, reference.labels(), scale);
    int[] shuffled = shuffled(samples.labels());
    put(metrics, name + ".joint", joint, joint(drawn, samples.labels(), scale));
    put(metrics, name + ".joint.floor", joint, joint(held, real.labels(), scale));
    put(metrics, name + ".joint.shuffled", joint, joint(drawn, shuffled, scale));
  }

  private static void put(Map<String, Number> metrics, String name, Moments a, Moments b) {
    metrics.put(name, FrechetDistance.between(a, b));
  }

  private Moments joint(float[][] features, int[] labels, double scale) {
    return Moments.of(FeatureSpaces.withLabels(features, labels, images.classes(), scale));
  }

  private int[] shuffled(int[] labels) {
    Permutation order = PermutationKind.AUTO.of(labels.length, seed ^ SHUFFLE, 0);
    int[] shuffled = new int[labels.length];
    Arrays.setAll(shuffled, i -> labels[(int) order.position(i)]);
    return shuffled;
  }

  @Override
  public void close() {
    if (classifier != null) {
      classifier.close();
    }
  }
}
