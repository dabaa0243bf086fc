package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;

/**
 * Stage III, the generator: its samples x are noised anew, the guided teacher and the fake network
 * say what clean data they see, and the {@link MatchingGradient} by x goes back through the last
 * step of the simulation, {@code x = z - t G(z, t)}. Total: {@code loss}.
 *
 * @param fake of the fake role
 * @param low smallest level of the noise; near 0 nothing is left to say
 * @param high largest level; near 1 nothing is left of x
 */
record GeneratorStep(
    Simulation simulation,
    GuidedTeacher teacher,
    PatchTransformer fake,
    MatchingGradient matching,
    double low,
    double high)
    implements RoundStep {
  static final long LEVEL = RandomStream.purpose("fastlightgen.matching.level");
  static final long NOISE = RandomStream.purpose("fastlightgen.matching.noise");

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    if (batch.size() == 0) {
      return sums;
    }
    Simulation.Samples samples = simulation.of(programs, batch, Simulation.GENERATOR);
    MatchingGradient.Terms terms = gradient(programs, batch, samples);
    double[] cotangent = terms.gradient().clone();
    double[] t = samples.z().t();
    int size = cotangent.length / t.length;
    for (int i = 0; i < cotangent.length; i++) {
      cotangent[i] *= -t[i / size]; // dx/dG
    }
    simulation.velocity(programs).pullBack(samples.z(), cotangent, sums);
    return sums.addTotal(ErrorStep.LOSS, terms.loss());
  }

  /** By the samples. */
  MatchingGradient.Terms gradient(Programs programs, Batch batch, Simulation.Samples samples) {
    double[] t = new double[batch.size()];
    for (int i = 0; i < t.length; i++) {
      t[i] = low + (high - low) * batch.stratified(i, LEVEL);
    }
    Rows y =
        NoisedData.of(samples.x(), t, samples.z().labels(), i -> batch.stream(i, NOISE)).rows();
    double[] real = y.clean(teacher.at(programs, batch, y));
    double[] seen =
        y.clean(new RoleVelocity(programs, FakeStep.FAKE, fake, simulation.microBatch()).at(y));
    return matching.of(samples.x(), real, seen, batch.size(), batch.union());
  }
}
