package io.accelerant.distill.mmd;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.measure.pixels.PixelRecord;

/**
 * What a worker does in a round: one sample for each of its records, of the record's class, and the
 * features of both. The second phase, {@link #pullBack}, has the same samples; it takes their
 * states from the first where that ran in this process, and else makes them again, to the same
 * bits.
 *
 * @param run tells runs in one process apart
 * @param times of the chain
 * @param withReals whether the statistic is of the records' features as well
 * @param labelled whether samples are drawn with the classes of the records
 */
record ChainStep(
    String run,
    ChainObjective objective,
    Schedule schedule,
    double[] times,
    FeatureMap features,
    boolean withReals,
    boolean labelled)
    implements RoundStep {
  /**
   * Items: features of samples and, where they are wanted, of records, {@code [union][width]}, and
   * classes.
   */
  static final String SAMPLES = "samples";

  static final String REALS = "reals";
  static final String LABELS = "labels";

  static final long NOISE = RandomStream.purpose("mmd.noise");

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    double[][] states = chain().run(noise(batch), model(programs, batch));
    KeptStates.put(run, batch, states);
    put(sums, SAMPLES, batch, features.features(programs, seen(states[chain().steps()])));
    if (withReals) {
      put(sums, REALS, batch, features.features(programs, reals(batch)));
    }
    double[] labels = sums.items(LABELS, batch);
    for (int i = 0; i < batch.size(); i++) {
      labels[(int) batch.number(i)] = PixelRecord.label(batch.records().get(i));
    }
    return sums;
  }

  private void put(Sums sums, String name, Batch batch, double[] own) {
    int width = features.width();
    double[] all = sums.items(name, batch, width);
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(own, i * width, all, (int) batch.number(i) * width, width);
    }
  }

  /**
   * The second phase.
   *
   * @param gradient [union][width], of what is minimised by the features of the samples
   */
  RoundStep pullBack(double[] gradient) {
    ChainStep step = this;
    return (programs, batch) -> step.pulled(programs, batch, gradient);
  }

  private Sums pulled(Programs programs, Batch batch, double[] gradient) {
    NetworkPrediction model = model(programs, batch);
    double[][] states =
        KeptStates.take(run, batch).orElseGet(() -> chain().run(noise(batch), model));
    double[] x = states[chain().steps()];
    int width = features.width();
    double[] own = new double[batch.size() * width];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(gradient, (int) batch.number(i) * width, own, i * width, width);
    }
    double[] pulled = features.pullBack(programs, seen(x), own);
    for (int p = 0; p < pulled.length; p++) {
      pulled[p] = Math.abs(x[p]) < 1 ? pulled[p] / 2 : 0; // what is cut off has no gradient
    }
    chain().backward(states, pulled, model);
    return new Sums().addGradient(Loss.NETWORK, model.gradient());
  }

  private DdimChain chain() {
    return new DdimChain(schedule, times);
  }

  private NetworkPrediction model(Programs programs, Batch batch) {
    int[] labels = new int[batch.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] =
          labelled ? PixelRecord.label(batch.records().get(i)) : objective.patches().classes();
    }
    return new NetworkPrediction(programs, objective, labels);
  }

  private double[] noise(Batch batch) {
    int size = features.pixels();
    double[] noise = new double[batch.size() * size];
    for (int i = 0; i < batch.size(); i++) {
      RandomStream stream = batch.stream(i, NOISE);
      for (int p = 0; p < size; p++) {
        noise[i * size + p] = stream.nextGaussian();
      }
    }
    return noise;
  }

  /** Pixels of -1..1 as feature maps see them: 0..1, what is outside cut off. */
  private static double[] seen(double[] x) {
    double[] images = new double[x.length];
    for (int p = 0; p < images.length; p++) {
      images[p] = Math.max(0, Math.min(1, (x[p] + 1) / 2));
    }
    return images;
  }

  private double[] reals(Batch batch) {
    int size = features.pixels();
    double[] images = new double[batch.size() * size];
    for (int i = 0; i < batch.size(); i++) {
      byte[] record = batch.records().get(i);
      for (int p = 0; p < size; p++) {
        images[i * size + p] = (record[1 + p] & 0xff) / 255.0;
      }
    }
    return images;
  }
}
