package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import java.util.Arrays;
import java.util.List;

/**
 * The mean squared error of a role's velocity on held-out data at given levels. The noise of an
 * example is a function of (seed, its number, level): the same for every network, with and without
 * blocks. Totals: {@code error.<k>} of level k, and {@code loss}, their mean.
 *
 * @param blocks that are run
 * @param levels t
 * @param seed of the noise, whatever that of the run
 */
record ErrorStep(
    String role,
    PatchTransformer network,
    List<Integer> blocks,
    double[] levels,
    long seed,
    int microBatch)
    implements RoundStep {
  static final String LOSS = "loss";
  private static final long NOISE = RandomStream.purpose("fastlightgen.probe");

  /** Name of the total of a level. */
  static String error(int level) {
    return "error." + level;
  }

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    int size = network.numbers();
    RoleVelocity velocity = new RoleVelocity(programs, role, network, blocks, microBatch);
    for (int k = 0; k < levels.length; k++) {
      NoisedData data = data(batch, k);
      double[] found = velocity.at(data.rows());
      double error = 0;
      for (int row = 0; row < batch.size(); row++) {
        error +=
            Importance.squaredError(
                    Arrays.copyOfRange(found, row * size, (row + 1) * size),
                    Arrays.copyOfRange(data.velocity(), row * size, (row + 1) * size))
                / batch.union();
      }
      sums.addTotal(error(k), error).addTotal(LOSS, error / levels.length);
    }
    return sums;
  }

  /** The batch at a level. */
  NoisedData data(Batch batch, int level) {
    double[] t = new double[batch.size()];
    Arrays.fill(t, levels[level]);
    return NoisedData.of(
        NoisedData.data(batch, network.numbers()),
        t,
        NoisedData.labels(batch),
        row -> new RandomStream(seed, NOISE, batch.number(row), level));
  }
}
