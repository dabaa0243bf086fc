package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.model.network.ImageModel;

/**
 * The simple loss of a variance-preserving diffusion model in continuous time, mean square per
 * pixel:
 *
 * <pre>
 * E_t E_eps (1/d) |eps_theta(alpha_t x_0 + sigma_t eps, t, c) - eps|^2,  t ~ U[tMin, T]
 * </pre>
 *
 * (Ho et al. 2020, eq. 14; Song et al. 2021 for continuous t.) With probability {@code dropout} the
 * class c is replaced by "no class", so that the network also learns the unconditional prediction
 * which classifier-free guidance needs (Ho and Salimans 2022, algorithm 1). Times are spread evenly
 * over the union batch. A record is an {@link ImageRecord}.
 *
 * @param tMin smallest time
 * @param microBatch images of one program
 */
public record NoisePredictionLoss(
    PatchTransformer network, Schedule schedule, double tMin, double dropout, int microBatch)
    implements Loss {
  private static final long TIME = RandomStream.purpose("teacher.time");
  private static final long NOISE = RandomStream.purpose("teacher.noise");
  private static final long DROP = RandomStream.purpose("teacher.dropout");

  /** Networks of {@code core.nn} take times in [0, 1] times 1000. */
  private static final double TIME_SCALE = 1000;

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Value prediction = network.apply(scopes.of(NETWORK), shape);
    scopes.squaredError(
        network.learnSigma() ? prediction.slice(1, 0, network.channels()) : prediction);
  }

  @Override
  public void set(Program program, Batch batch) {
    int size = network.channels() * network.size() * network.size();
    float[] x = new float[microBatch * size];
    float[] target = new float[microBatch * size];
    float[] times = new float[microBatch];
    double[] weights = new double[microBatch];
    int[] labels = new int[microBatch];
    for (int i = 0; i < batch.size(); i++) {
      double t = tMin + (schedule.start() - tMin) * batch.stratified(i, TIME);
      byte[] record = batch.records().get(i);
      corrupt(record, schedule.node(t), batch.stream(i, NOISE), x, target, i * size);
      times[i] = (float) (TIME_SCALE * t);
      weights[i] = 1.0 / batch.union();
      boolean dropped = batch.stream(i, DROP).nextDouble() < dropout;
      labels[i] = dropped ? network.classes() : ImageRecord.label(record);
    }
    program.set("x", x).set("time", times).set("target", target).set("weights", weights);
    if (network.classes() > 0) {
      program.set("label", labels);
    }
  }

  /** x_t = alpha_t x_0 + sigma_t eps from {@code at} on, with eps as the target. */
  private static void corrupt(
      byte[] record, Node node, RandomStream stream, float[] x, float[] target, int at) {
    for (int p = 0; p < record.length - 1; p++) {
      double noise = stream.nextGaussian();
      target[at + p] = (float) noise;
      x[at + p] = (float) (node.alpha() * ImageModel.pixel(record[1 + p]) + node.sigma() * noise);
    }
  }
}
