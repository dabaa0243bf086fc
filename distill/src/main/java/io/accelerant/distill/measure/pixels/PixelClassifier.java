package io.accelerant.distill.measure.pixels;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Scopes;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import java.util.Arrays;

/**
 * A small classifier of images or videos, by whose last hidden layer they are compared.
 *
 * @param inputMean subtracted from pixels of 0..1
 * @param inputDeviation divides them then
 */
public record PixelClassifier(
    MlpClassifier network, float[] parameters, double inputMean, double inputDeviation)
    implements Judge {
  private static final int BATCH = 64;
  private static final double PEAK = 1e-3;
  private static final double NOISE_DEVIATION = 0.2;
  private static final long NOISE = RandomStream.purpose("mmd.classifierNoise");

  /** Where pixels of 0..1 lie about 0 in a classifier that is trained here. */
  private static final double MIDDLE = 0.5;

  /** Cross entropy of the labels, of images with noise added. */
  private record LabelLoss(MlpClassifier network) implements Loss {
    @Override
    public BatchShape shape() {
      return BatchShape.of(BATCH);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      scopes.crossEntropy(network.logits(scopes.of(NETWORK), shape));
    }

    @Override
    public void set(Program program, Batch batch) {
      int width = network.mlp().in();
      float[] x = new float[BATCH * width];
      int[] targets = new int[BATCH];
      float[] weights = new float[BATCH];
      for (int b = 0; b < batch.size(); b++) {
        byte[] record = batch.records().get(b);
        RandomStream noise = batch.stream(b, NOISE);
        for (int p = 0; p < width; p++) {
          double pixel = (record[1 + p] & 0xff) / 255.0 + NOISE_DEVIATION * noise.nextGaussian();
          x[b * width + p] = (float) ((pixel - MIDDLE) / MIDDLE);
        }
        targets[b] = PixelRecord.label(record);
        weights[b] = 1f / batch.union();
      }
      program.set("x", x).set("targets", targets).set("weights", weights);
    }
  }

  /**
   * Trains by Adam under a cosine, in this process; a function of its arguments.
   *
   * @param images to train on
   */
  public static PixelClassifier train(
      MlpClassifier network, LabelledPixels images, int steps, long seed, ProgramPool pool) {
    LabelLoss loss = new LabelLoss(network);
    MemoryShards shards = images.shards(seed);
    Training training =
        Training.of(
            OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.cosine(PEAK, PEAK / 20, steps));
    Flat initial = Flat.of(Precision.FLOAT32, network.initial(seed));
    try (LocalRound workers = new LocalRound(shards, pool, Precision.FLOAT32, seed);
        Roles roles =
            new Roles(Precision.FLOAT32).trained(Loss.NETWORK, network, training, initial)) {
      new Trainer(workers, roles, steps)
          .train(new GradientStep(loss), Draw.shuffled(Math.min(BATCH, images.count()), seed));
      return of(network, roles.parameters(Loss.NETWORK).floats());
    }
  }

  /** One that was trained here. */
  public static PixelClassifier of(MlpClassifier network, float[] parameters) {
    return new PixelClassifier(network, parameters, MIDDLE, MIDDLE);
  }

  /**
   * What {@code train-classifier} publishes.
   *
   * @param what names the need in errors
   * @throws ArtifactException if it is another model, or takes images of another size
   */
  public static PixelClassifier read(Artifact artifact, int pixels, String what) {
    Model model = Model.read(artifact.requireKind(Model.KIND, what));
    if (!(model.network() instanceof MlpClassifier network) || network.mlp().in() != pixels) {
      throw new ArtifactException(
          Text.of(
              "%s needs a classifier of images of %d numbers, as train-classifier makes; %s is none.",
              what, pixels, artifact.uri()));
    }
    var config = artifact.readJson(Model.CONFIG);
    return new PixelClassifier(
        network,
        model.parameters(),
        config.get("input_mean") instanceof Number mean ? mean.doubleValue() : 0,
        config.get("input_deviation") instanceof Number deviation ? deviation.doubleValue() : 1);
  }

  @Override
  public float[][] features(float[][] images) {
    return outputs(images, "features");
  }

  @Override
  public int[] classes(float[][] images) {
    return Arrays.stream(outputs(images, "logits")).mapToInt(Judge::largest).toArray();
  }

  private float[][] outputs(float[][] images, String name) {
    float[][] rows = new float[images.length][];
    int in = network.mlp().in();
    try (ProgramPool.Lease lease =
        network.forward(ProgramPool.ofJvm(1), Precision.FLOAT32, BatchShape.of(BATCH))) {
      Program program = lease.program().setParameters(parameters);
      for (int from = 0; from < images.length; from += BATCH) {
        float[] x = new float[BATCH * in];
        int count = Math.min(BATCH, images.length - from);
        for (int i = 0; i < count * in; i++) {
          x[i] = (float) ((images[from + i / in][i % in] - inputMean) / inputDeviation);
        }
        program.set("x", x);
        program.run();
        float[] all = program.floats(name);
        int width = all.length / BATCH;
        for (int b = 0; b < count; b++) {
          rows[from + b] = Arrays.copyOfRange(all, b * width, (b + 1) * width);
        }
      }
    }
    return rows;
  }
}
