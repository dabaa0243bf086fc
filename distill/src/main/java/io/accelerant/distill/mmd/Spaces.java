package io.accelerant.distill.mmd;

import io.accelerant.core.features.FeatureSpaces;
import io.accelerant.core.features.FrechetReference;
import io.accelerant.core.features.Moments;
import io.accelerant.distill.measure.pixels.Judge;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The spaces in which samples are held against as many held-out images: {@value #A}, the classifier
 * that may be trained on; {@value #B}, one that never is; {@value #PIXELS}, means of blocks; and
 * {@value #ONNX}, where the user brings such a network.
 */
final class Spaces implements AutoCloseable {
  static final String A = "a";
  static final String B = "b";
  static final String PIXELS = "pixels";
  static final String ONNX = "onnx";

  /** The spaces that are always there. */
  static final List<String> NAMES = List.of(A, B, PIXELS);

  /** Spaces of verdicts: what was not trained on, and what no network has looked at. */
  static final List<String> OF_VERDICTS = List.of(B, PIXELS);

  private static final int KERNEL_ROWS = 1000;
  private static final int NEIGHBOUR_QUERIES = 500;
  private static final int BLOCKS = 8;
  private static final int SHOWN = 40;

  private final PixelClassifier a;
  private final Judge b;
  private final Optional<OnnxFeatures> onnx;
  private final int channels;
  private final int side;
  private final LabelledPixels real;
  private final float[][] training;
  private final Map<String, Reference> references = new LinkedHashMap<>();
  private double realNearest = Double.NaN;

  /** What images are compared with in one space. */
  private record Reference(FrechetReference frechet, FeatureTable rows, Mmd mmd) {}

  /**
   * @param real held-out images
   * @param training images in which neighbours are looked for
   */
  Spaces(
      PixelClassifier a,
      Judge b,
      Optional<OnnxFeatures> onnx,
      int channels,
      int side,
      LabelledPixels real,
      LabelledPixels training) {
    this.a = a;
    this.b = b;
    this.onnx = onnx;
    this.channels = channels;
    this.side = side;
    this.real = real;
    this.training = pooled(training.floats());
  }

  /** Held-out images, which are as many as samples are measured. */
  LabelledPixels real() {
    return real;
  }

  private List<String> names() {
    return onnx.isEmpty() ? NAMES : List.of(A, B, PIXELS, ONNX);
  }

  private float[][] pooled(float[][] images) {
    return FeatureSpaces.pooledPixels(images, channels, side);
  }

  private float[][] features(String space, float[][] images) {
    return switch (space) {
      case A -> a.features(images);
      case B -> b.features(images);
      case ONNX -> onnx.orElseThrow().features(images);
      default -> pooled(images);
    };
  }

  private Reference reference(String space, int count) {
    return references.computeIfAbsent(
        space + count,
        key -> {
          float[][] rows = features(space, real.first(count).floats());
          FeatureTable table = table(rows);
          return new Reference(
              new FrechetReference(Moments.of(rows)),
              table,
              Mmd.of(Kernel.Gaussians.ofMedian(table), true));
        });
  }

  private static FeatureTable table(float[][] rows) {
    return FeatureTable.of(Arrays.copyOf(rows, Math.min(KERNEL_ROWS, rows.length)));
  }

  /** {@code frechet.<space>} and {@code value.<space>}, for a look on the way. */
  Map<String, Double> glance(LabelledPixels samples) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String space : NAMES) {
      float[][] rows = features(space, samples.floats());
      Reference reference = reference(space, samples.count());
      numbers.put("frechet." + space, reference.frechet.distance(Moments.of(rows)));
      numbers.put("value." + space, reference.mmd.of(table(rows), reference.rows).value());
    }
    return numbers;
  }

  /**
   * @param labels whether samples have classes to agree with
   * @param blocks whether to leave out blocks of samples as well
   */
  Measured measure(LabelledPixels samples, boolean labels, boolean blocks) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    Map<String, double[]> without = new LinkedHashMap<>();
    for (String space : names()) {
      float[][] rows = features(space, samples.floats());
      Reference reference = reference(space, samples.count());
      metrics.put("frechet." + space, reference.frechet.distance(Moments.of(rows)));
      metrics.put("mmd." + space, reference.mmd.of(table(rows), reference.rows).value());
      if (blocks && OF_VERDICTS.contains(space)) {
        without.put("frechet." + space, leavingOut(rows, reference));
      }
    }
    if (labels) {
      metrics.put("labelAgreement", b.agreement(samples.floats(), samples.labels()));
    }
    metrics.put("nearest", nearest(samples) / realNearest());
    return new Measured(
        metrics, without, Arrays.copyOf(samples.images(), Math.min(SHOWN, samples.count())));
  }

  /** Frechet distance in pixels. */
  double pixels(LabelledPixels samples) {
    return reference(PIXELS, samples.count())
        .frechet
        .distance(Moments.of(pooled(samples.floats())));
  }

  private static double[] leavingOut(float[][] rows, Reference reference) {
    return IntStream.range(0, BLOCKS)
        .parallel()
        .mapToDouble(
            block ->
                reference.frechet.distance(
                    Moments.of(
                        IntStream.range(0, rows.length)
                            .filter(i -> i % BLOCKS != block)
                            .mapToObj(i -> rows[i])
                            .toArray(float[][]::new))))
        .toArray();
  }

  /**
   * Distances of real images to the held-out ones in each space, what a perfect sampler would get:
   * {@code real.halves}, one half of the held-out images to the other; {@code real.training}, as
   * many training images to all of them.
   */
  Map<String, Double> floors(LabelledPixels trained) {
    int half = real.count() / 2;
    Map<String, Double> floors = new LinkedHashMap<>();
    for (String space : names()) {
      float[][] rows = features(space, real.floats());
      float[][] others = features(space, trained.first(real.count()).floats());
      floors.put(
          "real.halves.frechet." + space,
          new FrechetReference(Moments.of(Arrays.copyOf(rows, half)))
              .distance(Moments.of(Arrays.copyOfRange(rows, half, 2 * half))));
      floors.put(
          "real.training.frechet." + space,
          reference(space, real.count()).frechet.distance(Moments.of(others)));
    }
    return floors;
  }

  /** Accuracies of both networks on the held-out images. */
  Map<String, Double> accuracies() {
    float[][] images = real.floats();
    return Map.of(A, a.agreement(images, real.labels()), B, b.agreement(images, real.labels()));
  }

  /** Held-out images' own: below 1 times it, samples are nearer to the training set than these. */
  private double realNearest() {
    if (Double.isNaN(realNearest)) {
      realNearest = nearest(real);
    }
    return realNearest;
  }

  /** Mean distance of the first images to the nearest training image, in means of blocks. */
  private double nearest(LabelledPixels images) {
    float[][] queries = pooled(images.first(NEIGHBOUR_QUERIES).floats());
    double[] distances =
        Arrays.stream(queries)
            .parallel()
            .mapToDouble(
                query -> {
                  double least = Double.POSITIVE_INFINITY;
                  for (float[] row : training) {
                    least = Math.min(least, squaredDistance(query, row, least));
                  }
                  return StrictMath.sqrt(least);
                })
            .toArray();
    return Arrays.stream(distances).sum() / distances.length;
  }

  /** No further than to what is too far anyway. */
  private static double squaredDistance(float[] a, float[] b, double enough) {
    double sum = 0;
    for (int i = 0; i < a.length && sum < enough; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  public void close() {
    b.close();
    onnx.ifPresent(OnnxFeatures::close);
  }
}
