package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.measure.pixels.PixelRecord;
import io.accelerant.distill.model.network.ImageModel;

/**
 * A micro-batch for a network that is to predict from x_t = alpha_t x_0 + sigma_t eps: inputs
 * {@code x}, {@code time}, {@code label}, and {@code target} and {@code weights} of the loss. With
 * a given probability the class is replaced by "no class", so that the network also learns the
 * unconditional prediction which classifier-free guidance needs (Ho and Salimans 2022, algorithm
 * 1).
 */
final class NoisyExamples {
  private static final long NOISE = RandomStream.purpose("teacher.noise");
  private static final long DROP = RandomStream.purpose("teacher.dropout");

  /** Networks of {@code core.nn} take times in [0, 1] times 1000. */
  private static final double TIME_SCALE = 1000;

  private final PatchTransformer network;
  private final float[] x;
  private final float[] target;
  private final float[] times;
  private final double[] weights;
  private final int[] labels;

  /** What the network is to predict of a pixel. */
  @FunctionalInterface
  interface Target {
    double of(double pixel, double noise);
  }

  NoisyExamples(PatchTransformer network, int microBatch) {
    this.network = network;
    this.x = new float[microBatch * network.numbers()];
    this.target = new float[microBatch * network.numbers()];
    this.times = new float[microBatch];
    this.weights = new double[microBatch];
    this.labels = new int[microBatch];
  }

  /** Example i of a batch at a time. */
  void add(Batch batch, int i, Node node, double dropout, Target predicted) {
    byte[] record = batch.records().get(i);
    RandomStream stream = batch.stream(i, NOISE);
    int at = i * network.numbers();
    for (int p = 0; p < record.length - 1; p++) {
      double noise = stream.nextGaussian();
      double pixel = ImageModel.pixel(record[1 + p]);
      target[at + p] = (float) predicted.of(pixel, noise);
      x[at + p] = (float) (node.alpha() * pixel + node.sigma() * noise);
    }
    times[i] = (float) (TIME_SCALE * node.t());
    weights[i] = 1.0 / batch.union();
    boolean dropped = batch.stream(i, DROP).nextDouble() < dropout;
    labels[i] = dropped ? network.classes() : PixelRecord.label(record);
  }

  void set(Program program) {
    program.set("x", x).set("time", times).set("target", target).set("weights", weights);
    if (network.classes() > 0) {
      program.set("label", labels);
    }
  }
}
