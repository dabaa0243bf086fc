package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import io.accelerant.distill.continuous.Schedule;

/**
 * The simple loss of a variance-preserving diffusion model in continuous time, mean square per
 * pixel:
 *
 * <pre>
 * E_t E_eps (1/d) |eps_theta(alpha_t x_0 + sigma_t eps, t, c) - eps|^2,  t ~ U[tMin, T]
 * </pre>
 *
 * (Ho et al. 2020, eq. 14; Song et al. 2021 for continuous t.) Times are spread evenly over the
 * union batch. A record is a {@link io.accelerant.distill.measure.pixels.PixelRecord}.
 *
 * @param tMin smallest time
 * @param dropout share of {@link NoisyExamples} without their class
 * @param microBatch images of one program
 */
public record NoisePredictionLoss(
    PatchTransformer network, Schedule schedule, double tMin, double dropout, int microBatch)
    implements Loss {
  private static final long TIME = RandomStream.purpose("teacher.time");

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
    NoisyExamples examples = new NoisyExamples(network, microBatch);
    for (int i = 0; i < batch.size(); i++) {
      double t = tMin + (schedule.start() - tMin) * batch.stratified(i, TIME);
      examples.add(batch, i, schedule.node(t), dropout, (pixel, noise) -> noise);
    }
    examples.set(program);
  }
}
