package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;

/**
 * Stage III, the fake network: plain flow matching on the generator's samples at all levels,
 * without guidance, so that it knows what they look like under noise. Total: {@code fakeLoss}.
 *
 * @param network of the fake role, with all blocks
 */
record FakeStep(Simulation simulation, PatchTransformer network) implements RoundStep {
  /** The role. */
  static final String FAKE = "fake";

  static final String LOSS = "fakeLoss";
  static final long LEVEL = RandomStream.purpose("fastlightgen.fake.level");
  static final long NOISE = RandomStream.purpose("fastlightgen.fake.noise");

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    Simulation.Samples samples = simulation.of(programs, batch, FAKE);
    double[] t = new double[batch.size()];
    for (int i = 0; i < t.length; i++) {
      t[i] = batch.stratified(i, LEVEL);
    }
    NoisedData data =
        NoisedData.of(samples.x(), t, samples.z().labels(), i -> batch.stream(i, NOISE));
    double error =
        new RoleVelocity(programs, FAKE, network, simulation.microBatch())
            .regress(data.rows(), data.velocity(), batch.union(), sums);
    return sums.addTotal(LOSS, error);
  }
}
