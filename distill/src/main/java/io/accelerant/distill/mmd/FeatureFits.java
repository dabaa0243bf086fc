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
import io.accelerant.distill.teacher.LabelledImages;
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
  private final LabelledImages images;
  private final int channels;
  private final int side;
  private final int classes;

  FeatureFits(
      JobContext context,
      JobConfig config,
      Stages stages,
      LabelledImages images,
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
  TrainedClassifier a() {
    return config
        .find(MmdKeys.CLASSIFIER)
        .map(
            uri ->
                TrainedClassifier.read(
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

  private TrainedClassifier perceptron(
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
              return TrainedClassifier.train(network, images, steps, seed, pool).parameters();
            });
    return TrainedClassifier.of(network, parameters);
  }

  /** The map of a choice. */
  FeatureMap map(FeatureChoice choice, TrainedClassifier a, int microBatch) {
    List<FeatureMap> parts =
        choice.parts().stream().map(part -> part(part, a, microBatch)).toList();
    return parts.size() == 1 ? parts.get(0) : new FeatureMap.Joined(parts);
  }

  private FeatureMap part(String part, TrainedClassifier a, int microBatch) {
    float[][] some = images.first(MOMENT_IMAGES).floats();
    return switch (part) {
      case FeatureChoice.CLASSIFIER -> a.standardised(some, microBatch);
      case FeatureChoice.COMPONENTS ->
          PrincipalComponents.whitened(Moments.of(some), config.get(MmdKeys.COMPONENTS));
      case FeatureChoice.POOLED -> pooled();
      default -> new FeatureMap.Identity(pixels());
    };
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
  FeatureTable ofReals(FeatureMap map, TrainedClassifier a, int count) {
    LabelledImages some = images.first(count);
    float[][] floats = some.floats();
    return new FeatureTable(
        ofReals(map, a, floats, FeatureTable.of(floats).numbers()), map.width(), some.labels());
  }

  private static double[] ofReals(
      FeatureMap map, TrainedClassifier a, float[][] images, double[] flat) {
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
