package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.continuous.DiscreteBetas;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The adjoint of five steps of DDIM with the exact noise of a mixture and two numbers a step. */
class ExactMixturesTest {
  private static final Schedule SCHEDULE = DiscreteBetas.ddpm();
  private static final int STEPS = 5;

  static List<Mixture> laws() {
    return List.of(Mixture.ring(), Mixture.sixteenDimensions());
  }

  /** eps' = p eps + q x, eps exact, with a p and a q for each time. */
  private static final class Corrected implements PredictionModel {
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
    public double[] predict(double[] x, Node node) {
      int s = step(node);
      double[] noise = law.predict(x, node);
      for (int i = 0; i < x.length; i++) {
        noise[i] = parameters[s] * noise[i] + parameters[STEPS + s] * x[i];
      }
      return noise;
    }

    @Override
    public double[] pullBack(double[] x, Node node, double[] cotangent) {
      int s = step(node);
      double[] eps = law.predict(x, node);
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
}
