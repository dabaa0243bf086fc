package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import io.accelerant.distill.continuous.FlowPath;

/**
 * The loss of flow matching on the straight path, mean square per number:
 *
 * <pre>
 * E_t E_eps (1/d) |v_theta((1 - t) x_0 + t eps, t, c) - (eps - x_0)|^2,  t = sigmoid(N(0, 1))
 * </pre>
 *
 * (Lipman et al. 2023, eq. 23; times as Esser et al. 2024, "logit-normal", which look more often at
 * the middle of the path.) A record is a {@link io.accelerant.distill.measure.pixels.PixelRecord}.
 *
 * @param dropout share of {@link NoisyExamples} without their class
 * @param microBatch examples of one program
 */
public record VelocityLoss(PatchTransformer network, double dropout, int microBatch)
    implements Loss {
  private static final long TIME = RandomStream.purpose("teacher.time");
  private static final FlowPath PATH = new FlowPath();

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    scopes.squaredError(network.apply(scopes.of(NETWORK), shape));
  }

  @Override
  public void set(Program program, Batch batch) {
    NoisyExamples examples = new NoisyExamples(network, microBatch);
    for (int i = 0; i < batch.size(); i++) {
      double t = 1 / (1 + StrictMath.exp(-batch.stream(i, TIME).nextGaussian()));
      examples.add(batch, i, PATH.node(t), dropout, (pixel, noise) -> noise - pixel);
    }
    examples.set(program);
  }
}
