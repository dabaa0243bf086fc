package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.features.FeatureSpaces;
import io.accelerant.core.features.ImageClassifier;
import io.accelerant.core.features.Moments;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.run.Stages;
import io.accelerant.distill.measure.pixels.Judge;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import io.accelerant.distill.measure.pixels.PrincipalComponents;
import java.util.List;
import java.util.function.Supplier;

/** Networks and maps of features, fitted on training images; what takes long is a stage. */
final class FeatureFits {
  /** Images that components and deviations are estimated on, at most. */
  private static final int MOMENT_IMAGES = 4000;

  private static final List<Integer> HIDDEN_A = List.of(256, 64);
  private static final List<Integer> HIDDEN_B = List.of(96, 48);

  private final JobContext context;
  private final JobConfig config;
  private final Stages stages;
  private final LabelledPixels images;
  private final int channels;
  private final int side;
  private final int classes;

  FeatureFits(
      JobContext context,
      JobConfig config,
      Stages stages,
      LabelledPixels images,
      int channels,
      int side,
      int classes) {
    this.context = context;
    this.config = config;
    this.stages = stages;
    this.images = images;
    this.channels = channels;
    this.side = side;
    this.classes = classes;
  }

  private int pixels() {
    return channels * side * side;
  }

  private long seed() {
    return config.get(RunKeys.SEED);
  }

  /** The network that may be trained on. */
  PixelClassifier a() {
    return config
        .find(MmdKeys.CLASSIFIER)
        .map(
            uri ->
                PixelClassifier.read(
                    Artifact.open(uri, context.hadoop()), pixels(), MmdKeys.CLASSIFIER.path()))
        .orElseGet(() -> perceptron("a", HIDDEN_A, Activation.SILU, seed()));
  }

  /** The network that only measures: of another architecture, from another seed. */
  Judge b() {
    boolean grey = channels == 1 && side == ImageClassifier.SIDE;
    if (!grey) {
      return perceptron("b", HIDDEN_B, Activation.TANH, seed() + 1);
    }
    Supplier<byte[]> train =
        () -> {
          try (ImageClassifier made =
              ImageClassifier.train(
                  images.floats(),
                  images.labels(),
                  classes,
                  seed() + 1,
                  config.get(MmdKeys.JUDGE_EPOCHS),
                  context.progress())) {
            return made.toSafetensors();
          }
        };
    return new LeNetJudge(
        ImageClassifier.ofSafetensors(
            stages.of("features.b", byte[].class, train), "the stage of network b"));
  }

  private PixelClassifier perceptron(
      String name, List<Integer> hidden, Activation activation, long seed) {
    MlpClassifier network = new MlpClassifier(new Mlp(pixels(), hidden, classes, activation));
    int steps = config.get(MmdKeys.CLASSIFIER_STEPS);
    float[] parameters =
        stages.of(
            "features." + name,
            float[].class,
            () -> {
              context.progress().say("mmd: training network %s, %d steps", name, steps);
              ProgramPool pool = ProgramPool.ofJvm(2);
              return PixelClassifier.train(network, images, steps, seed, pool).parameters();
            });
    return PixelClassifier.of(network, parameters);
  }

  /** The map of a choice. */
  FeatureMap map(FeatureChoice choice, PixelClassifier a, int microBatch) {
    List<FeatureMap> parts =
        choice.parts().stream().map(part -> part(part, a, microBatch)).toList();
    return parts.size() == 1 ? parts.get(0) : new FeatureMap.Joined(parts);
  }

  private FeatureMap part(String part, PixelClassifier a, int microBatch) {
    float[][] some = images.first(MOMENT_IMAGES).floats();
    return switch (part) {
      case FeatureChoice.CLASSIFIER -> ClassifierFeatures.standardised(a, some, microBatch);
      case FeatureChoice.COMPONENTS -> whitened(Moments.of(some));
      case FeatureChoice.POOLED -> pooled();
      default -> new FeatureMap.Identity(pixels());
    };
  }

  private FeatureMap.Linear whitened(Moments data) {
    return new FeatureMap.Linear(
        data.mean(), PrincipalComponents.whitened(data, config.get(MmdKeys.COMPONENTS)));
  }

  /** Means of blocks as a matrix: the images of the unit vectors. */
  private FeatureMap.Linear pooled() {
    float[][] units = new float[pixels()][pixels()];
    for (int p = 0; p < units.length; p++) {
      units[p][p] = 1;
    }
    float[][] columns = FeatureSpaces.pooledPixels(units, channels, side);
    double[][] rows = new double[columns[0].length][pixels()];
    for (int p = 0; p < columns.length; p++) {
      for (int k = 0; k < rows.length; k++) {
        rows[k][p] = columns[p][k];
      }
    }
    return new FeatureMap.Linear(new double[pixels()], rows);
  }

  /**
   * Features of real images, on the driver: the kernel's width follows from them. Of a joined map,
   * those of its parts; the classifier's come from the classifier itself.
   */
  FeatureTable ofReals(FeatureMap map, PixelClassifier a, int count) {
    LabelledPixels some = images.first(count);
    float[][] floats = some.floats();
    return new FeatureTable(
        ofReals(map, a, floats, FeatureTable.of(floats).numbers()), map.width(), some.labels());
  }

  private static double[] ofReals(
      FeatureMap map, PixelClassifier a, float[][] images, double[] flat) {
    if (map instanceof ClassifierFeatures features) {
      return features.standardised(a.features(images));
    }
    if (map instanceof FeatureMap.Joined joined) {
      return joined.join(
          joined.parts().stream().map(part -> ofReals(part, a, images, flat)).toList());
    }
    return map.features(null, flat);
  }
}
