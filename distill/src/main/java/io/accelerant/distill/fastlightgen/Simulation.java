package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Programs;
import java.io.Serializable;

/**
 * Samples of a generator as far as a drawn step, as DMD2 simulates its own use: one step for all
 * workers and examples of an update, even over all; the steps before it without gradient.
 *
 * @param generator a network that lacks blocks, or a whole one
 */
record Simulation(PatchTransformer generator, FewStepLevels levels, int microBatch)
    implements Serializable {
  /** The role of the generator. */
  static final String GENERATOR = "generator";

  private static final long STEP = RandomStream.purpose("fastlightgen.step");

  /**
   * @param z what the generator saw at the last of its steps
   * @param x the clean data that it made of it
   */
  record Samples(Rows z, double[] x) {}

  /** The velocity of the generator as it is. */
  RoleVelocity velocity(Programs programs) {
    return new RoleVelocity(programs, GENERATOR, generator, microBatch);
  }

  /** The step of an update, counted from 0. */
  int step(String use, Batch batch) {
    RandomStream stream = new RandomStream(batch.seed(), purpose(STEP, use), 0, batch.round());
    return stream.nextInt(levels.steps());
  }

  /**
   * Of the classes of a batch.
   *
   * @param use two uses of one update have different samples
   */
  Samples of(Programs programs, Batch batch, String use) {
    int[] labels = NoisedData.labels(batch);
    RoleVelocity velocity = velocity(programs);
    int step = step(use, batch);
    double[] z =
        levels.state(
            step, (at, t) -> velocity.at(Rows.at(at, t, labels)), k -> noise(batch, use, k));
    Rows last = Rows.at(z, levels.levels()[step], labels);
    return new Samples(last, last.clean(velocity.at(last)));
  }

  private double[] noise(Batch batch, String use, int step) {
    long purpose = noisePurpose(use, step);
    int size = generator.numbers();
    double[] noise = new double[batch.size() * size];
    for (int row = 0; row < batch.size(); row++) {
      RandomStream stream = batch.stream(row, purpose);
      for (int i = row * size; i < (row + 1) * size; i++) {
        noise[i] = stream.nextGaussian();
      }
    }
    return noise;
  }

  /** Of the noise before a step, which is counted from 0. */
  static long noisePurpose(String use, int step) {
    return RandomStream.purpose("fastlightgen.noise." + use + "." + step);
  }

  private static long purpose(long of, String use) {
    return of ^ RandomStream.purpose(use);
  }
}
