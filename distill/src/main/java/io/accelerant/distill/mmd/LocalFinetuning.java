package io.accelerant.distill.mmd;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Arrays;
import java.util.UUID;

/**
 * Updates of the job in this thread, without Spark: one worker, features of a classifier, the
 * unbiased estimator with a mixture of Gaussians about the median distance. Start the engine first.
 */
public final class LocalFinetuning implements AutoCloseable {
  private final Kernel.Gaussians kernel;
  private final ChainStep step;
  private final UnionRound workers;
  private final Roles roles;
  private final Trainer trainer;
  private final Draw draw;

  /**
   * @param times of the sampler, falling, 0 last
   * @param classifier of pixels in 0..1
   * @param images that are drawn from
   * @param union examples of an update
   * @param microBatch examples of a program
   * @param learningRate of Adam, kept
   * @param updates at most
   */
  public LocalFinetuning(
      ImageModel model,
      double[] times,
      MlpClassifier classifier,
      float[] classifierParameters,
      LabelledPixels images,
      int union,
      int microBatch,
      double learningRate,
      int updates,
      long seed,
      ProgramPool pool) {
    PixelClassifier trained = new PixelClassifier(classifier, classifierParameters, 0, 1);
    FeatureTable reals =
        FeatureTable.of(trained.features(images.first(Kernel.MEDIAN_ROWS).floats()));
    kernel = Kernel.Gaussians.ofMedian(reals);
    double[] ones = new double[classifier.mlp().width()];
    Arrays.fill(ones, 1);
    step =
        new ChainStep(
            UUID.randomUUID().toString(),
            new ChainObjective(model.network(), model.network(), microBatch),
            model.schedule(),
            times.clone(),
            new ClassifierFeatures(classifier, 0, 1, new double[ones.length], ones, microBatch),
            true,
            model.network().classes() > 0);
    MemoryShards shards = images.shards(seed);
    workers =
        new UnionRound(
            new LocalRound(shards, pool, Precision.FLOAT32, seed),
            UnionRound.Statistic.ofRound(Mmd.of(kernel, true)),
            step);
    Training training =
        Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(learningRate))
            .clipped(0.5)
            .averaged(new ExponentialAverage(0.98, false), 1);
    roles =
        new Roles(Precision.FLOAT32)
            .trained(Loss.NETWORK, model.network(), training, Flat.of(model.parameters()))
            .frozen(ClassifierFeatures.ROLE, classifier, Flat.of(classifierParameters));
    trainer = new Trainer(workers, roles, updates);
    draw = Draw.shuffled(union, seed);
  }

  /** Of {@code exp(-rate |x - y|^2)}, whose mean is the kernel. */
  public double[] rates() {
    return kernel.rates().clone();
  }

  /** The random numbers that a sample starts from, pixel by pixel. */
  public static RandomStream noise(long seed, long number, int update) {
    return new RandomStream(seed, ChainStep.NOISE, number, update);
  }

  /** Further updates. */
  public void run(int updates) {
    trainer.rounds(trainer.done(), trainer.done() + updates, step, draw);
  }

  /** Columns {@code loss} and {@code gradientNorm} by update. */
  public RoundLog log() {
    return trainer.log();
  }

  @Override
  public void close() {
    KeptStates.drop(step.run());
    roles.close();
    workers.close();
  }
}
