package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.continuous.DiscreteBetas;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.VpSchedule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Five steps of DDIM with the exact score of a mixture miss its law; two numbers a step, finetuned
 * by MMD, bring it back to a few times the noise of a thousand samples, which is all they can do.
 */
class ExactMixturesTest {
  private static final VpSchedule SCHEDULE = DiscreteBetas.ddpm();
  private static final int STEPS = 5;
  private static final int BATCH = 128;
  private static final int UPDATES = 200;

  /** Samples of the last look: the noise that is spoken of is that of so many. */
  private static final int FRESH = 1000;

  static List<Mixture> laws() {
    return List.of(Mixture.ring(), Mixture.sixteenDimensions());
  }

  /** eps' = p eps + q x, eps exact, with a p and a q for each time. */
  private static final class Corrected implements NoiseModel {
    final Mixture law;
    final double[] times;
    final double[] parameters = new double[2 * STEPS];
    final double[] gradient = new double[2 * STEPS];

    Corrected(Mixture law, double[] times) {
      this.law = law;
      this.times = times;
      Arrays.fill(parameters, 0, STEPS, 1);
    }

    private int step(Node node) {
      for (int s = 0; s < STEPS; s++) {
        if (times[s] == node.t()) {
          return s;
        }
      }
      throw new IllegalArgumentException("no step at " + node.t());
    }

    @Override
    public double[] noise(double[] x, Node node) {
      int s = step(node);
      double[] noise = law.noise(x, node);
      for (int i = 0; i < x.length; i++) {
        noise[i] = parameters[s] * noise[i] + parameters[STEPS + s] * x[i];
      }
      return noise;
    }

    @Override
    public double[] pullBack(double[] x, Node node, double[] cotangent) {
      int s = step(node);
      double[] eps = law.noise(x, node);
      double[] pulled = law.pullBack(x, node, cotangent);
      for (int i = 0; i < x.length; i++) {
        gradient[s] += eps[i] * cotangent[i];
        gradient[STEPS + s] += x[i] * cotangent[i];
        pulled[i] = parameters[s] * pulled[i] + parameters[STEPS + s] * cotangent[i];
      }
      return pulled;
    }
  }

  private static double value(
      DdimChain chain, Corrected model, double[] noise, Mmd mmd, FeatureTable y) {
    return mmd.of(FeatureTable.of(chain.run(noise, model)[STEPS], y.width()), y).value();
  }

  @ParameterizedTest
  @MethodSource("laws")
  void theGradientIsThatOfFiniteDifferences(Mixture law) {
    double[] times = TimeSubset.UNIFORM.times(SCHEDULE, STEPS);
    DdimChain chain = new DdimChain(SCHEDULE, times);
    Corrected model = new Corrected(law, times);
    Mmd mmd = Mmd.of(Kernel.Gaussians.ofSigmas(law.sigmas()), true);
    FeatureTable reals = law.draw(20, 1);
    double[] noise = law.noise(16, 2);
    double[][] states = chain.run(noise, model);
    Mmd.Estimate estimate = mmd.of(FeatureTable.of(states[STEPS], law.size()), reals);
    chain.backward(states, estimate.gradient(), model);
    for (int k = 0; k < model.parameters.length; k++) {
      int at = k;
      double slope =
          MmdTest.slope(
              model.parameters[k],
              v -> {
                model.parameters[at] = v;
                return value(chain, model, noise, mmd, reals);
              });
      assertThat(model.gradient[k]).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  @ParameterizedTest
  @MethodSource("laws")
  void finetuningFallsTenfoldToAFewTimesTheNoiseOfDataAgainstData(Mixture law) {
    double[] times = TimeSubset.UNIFORM.times(SCHEDULE, STEPS);
    DdimChain chain = new DdimChain(SCHEDULE, times);
    Corrected model = new Corrected(law, times);
    Mmd mmd = Mmd.of(Kernel.Gaussians.ofSigmas(law.sigmas()), true);
    FeatureTable fresh = law.draw(FRESH, 77);
    double[] freshNoise = law.noise(FRESH, 78);
    double before = value(chain, model, freshNoise, mmd, fresh);
    double[] first = new double[model.parameters.length];
    double[] second = new double[first.length];
    for (int update = 0; update < UPDATES; update++) {
      double[][] states = chain.run(law.noise(BATCH, 1000 + update), model);
      Mmd.Estimate estimate =
          mmd.of(FeatureTable.of(states[STEPS], law.size()), law.draw(BATCH, 5000 + update));
      Arrays.fill(model.gradient, 0);
      chain.backward(states, estimate.gradient(), model);
      adam(model.parameters, model.gradient, first, second, 0.03, update, UPDATES);
    }
    double after = value(chain, model, freshNoise, mmd, fresh);
    double largest = 0; // of eight draws of data against data
    for (int draw = 0; draw < 8; draw++) {
      double value = mmd.of(law.draw(FRESH, 200 + draw), fresh).value();
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(before).isGreaterThan(20 * largest);
    assertThat(after).isLessThan(0.1 * before).isLessThan(5 * largest);
  }

  /** Adam with a rate that falls to 0. */
  static void adam(
      double[] parameters,
      double[] gradient,
      double[] first,
      double[] second,
      double rate,
      int update,
      int updates) {
    for (int k = 0; k < first.length; k++) {
      double g = gradient[k];
      first[k] = 0.9 * first[k] + 0.1 * g;
      second[k] = 0.99 * second[k] + 0.01 * g * g;
      double m = first[k] / (1 - Math.pow(0.9, update + 1));
      double v = second[k] / (1 - Math.pow(0.99, update + 1));
      parameters[k] -= rate * (updates - update) / updates * m / (Math.sqrt(v) + 1e-8);
    }
  }
}
