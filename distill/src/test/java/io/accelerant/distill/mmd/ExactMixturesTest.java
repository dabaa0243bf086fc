package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
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

  /** Equal components N(mean, deviation^2 I), with samples. */
  record Law(String name, double[][] means, double deviation, double[] sigmas) {
    int size() {
      return means[0].length;
    }

    FeatureTable draw(int rows, long seed) {
      double[] x = new double[rows * size()];
      for (int row = 0; row < rows; row++) {
        RandomStream stream = new RandomStream(seed, 5, row, 0);
        double[] mean = means[stream.nextInt(means.length)];
        for (int i = 0; i < size(); i++) {
          x[row * size() + i] = mean[i] + deviation * stream.nextGaussian();
        }
      }
      return FeatureTable.of(x, size());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Law> laws() {
    double[][] ring = new double[8][];
    Arrays.setAll(
        ring, k -> new double[] {1.5 * Math.cos(k * Math.PI / 4), 1.5 * Math.sin(k * Math.PI / 4)});
    double[][] sixteen = new double[8][16];
    for (int k = 0; k < 8; k++) {
      RandomStream stream = new RandomStream(4, 6, k, 0);
      Arrays.setAll(sixteen[k], i -> 0.5 * stream.nextGaussian());
    }
    return List.of(
        new Law("ring", ring, 0.1, new double[] {.1, .3, 1}),
        new Law("sixteen dimensions", sixteen, 0.4, new double[] {1, 2, 4}));
  }

  /** eps' = p eps + q x, eps exact, with a p and a q for each time. */
  private static final class Corrected implements NoiseModel {
    final Law law;
    final double[] times;
    final double[] parameters = new double[2 * STEPS];
    final double[] gradient = new double[2 * STEPS];

    Corrected(Law law, double[] times) {
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

    /** Responsibilities, u_k = (x - alpha mu_k) / v, and eps = sigma sum_k r_k u_k of a row. */
    private double[] exact(double[] x, int from, Node node, double[] shares, double[][] u) {
      int d = law.size();
      double spread = node.alpha() * law.deviation();
      double v = spread * spread + node.sigma() * node.sigma();
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < shares.length; k++) {
        double square = 0;
        for (int i = 0; i < d; i++) {
          double difference = x[from + i] - node.alpha() * law.means()[k][i];
          u[k][i] = difference / v;
          square += difference * difference;
        }
        shares[k] = -square / (2 * v);
        largest = Math.max(largest, shares[k]);
      }
      double sum = 0;
      for (int k = 0; k < shares.length; k++) {
        shares[k] = Math.exp(shares[k] - largest);
        sum += shares[k];
      }
      double[] eps = new double[d];
      for (int k = 0; k < shares.length; k++) {
        shares[k] /= sum;
        for (int i = 0; i < d; i++) {
          eps[i] += node.sigma() * shares[k] * u[k][i];
        }
      }
      return eps;
    }

    @Override
    public double[] noise(double[] x, Node node) {
      int d = law.size();
      int s = step(node);
      double[] shares = new double[law.means().length];
      double[][] u = new double[shares.length][d];
      double[] noise = new double[x.length];
      for (int row = 0; row < x.length; row += d) {
        double[] eps = exact(x, row, node, shares, u);
        for (int i = 0; i < d; i++) {
          noise[row + i] = parameters[s] * eps[i] + parameters[STEPS + s] * x[row + i];
        }
      }
      return noise;
    }

    /** J^T g = sigma (g / v + sum_k r_k (mean u - u_k) (u_k . g)), since all v are equal. */
    @Override
    public double[] pullBack(double[] x, Node node, double[] cotangent) {
      int d = law.size();
      int s = step(node);
      double spread = node.alpha() * law.deviation();
      double v = spread * spread + node.sigma() * node.sigma();
      double[] shares = new double[law.means().length];
      double[][] u = new double[shares.length][d];
      double[] pulled = new double[x.length];
      for (int row = 0; row < x.length; row += d) {
        double[] eps = exact(x, row, node, shares, u);
        double[] g = Arrays.copyOfRange(cotangent, row, row + d);
        double[] back = new double[d];
        for (int i = 0; i < d; i++) {
          back[i] = node.sigma() * g[i] / v;
          gradient[s] += eps[i] * g[i];
          gradient[STEPS + s] += x[row + i] * g[i];
        }
        for (int k = 0; k < shares.length; k++) {
          double along = 0;
          for (int i = 0; i < d; i++) {
            along += u[k][i] * g[i];
          }
          for (int i = 0; i < d; i++) {
            back[i] += shares[k] * (eps[i] - node.sigma() * u[k][i]) * along;
          }
        }
        for (int i = 0; i < d; i++) {
          pulled[row + i] = parameters[s] * back[i] + parameters[STEPS + s] * g[i];
        }
      }
      return pulled;
    }
  }

  private static double[] noise(int rows, int size, long seed) {
    double[] noise = new double[rows * size];
    for (int row = 0; row < rows; row++) {
      RandomStream stream = new RandomStream(seed, 8, row, 0);
      for (int i = 0; i < size; i++) {
        noise[row * size + i] = stream.nextGaussian();
      }
    }
    return noise;
  }

  private static double value(
      DdimChain chain, Corrected model, double[] noise, Mmd mmd, FeatureTable y) {
    return mmd.of(FeatureTable.of(chain.run(noise, model)[STEPS], y.width()), y).value();
  }

  @ParameterizedTest
  @MethodSource("laws")
  void theGradientIsThatOfFiniteDifferences(Law law) {
    double[] times = TimeSubset.UNIFORM.times(SCHEDULE, STEPS);
    DdimChain chain = new DdimChain(SCHEDULE, times);
    Corrected model = new Corrected(law, times);
    Mmd mmd = Mmd.of(Kernel.Gaussians.ofSigmas(law.sigmas()), true);
    FeatureTable reals = law.draw(20, 1);
    double[] noise = noise(16, law.size(), 2);
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
  void finetuningFallsTenfoldToAFewTimesTheNoiseOfDataAgainstData(Law law) {
    double[] times = TimeSubset.UNIFORM.times(SCHEDULE, STEPS);
    DdimChain chain = new DdimChain(SCHEDULE, times);
    Corrected model = new Corrected(law, times);
    Mmd mmd = Mmd.of(Kernel.Gaussians.ofSigmas(law.sigmas()), true);
    FeatureTable fresh = law.draw(FRESH, 77);
    double[] freshNoise = noise(FRESH, law.size(), 78);
    double before = value(chain, model, freshNoise, mmd, fresh);
    double[] first = new double[model.parameters.length];
    double[] second = new double[first.length];
    for (int update = 0; update < UPDATES; update++) {
      double[][] states = chain.run(noise(BATCH, law.size(), 1000 + update), model);
      Mmd.Estimate estimate =
          mmd.of(FeatureTable.of(states[STEPS], law.size()), law.draw(BATCH, 5000 + update));
      Arrays.fill(model.gradient, 0);
      chain.backward(states, estimate.gradient(), model);
      adam(model, first, second, update);
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
  private static void adam(Corrected model, double[] first, double[] second, int update) {
    double rate = 0.03 * (UPDATES - update) / UPDATES;
    for (int k = 0; k < first.length; k++) {
      double g = model.gradient[k];
      first[k] = 0.9 * first[k] + 0.1 * g;
      second[k] = 0.99 * second[k] + 0.01 * g * g;
      double m = first[k] / (1 - Math.pow(0.9, update + 1));
      double v = second[k] / (1 - Math.pow(0.99, update + 1));
      model.parameters[k] -= rate * m / (Math.sqrt(v) + 1e-8);
    }
  }
}
