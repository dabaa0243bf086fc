package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.DiscreteBetas;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.VpLinear;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DdimChainTest {
  private static final Schedule DDPM = DiscreteBetas.ddpm();
  private static final Schedule FLOW = new FlowPath();

  private static double[] normal(int count, long seed) {
    RandomStream stream = new RandomStream(seed, 2, 0, 0);
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> stream.nextGaussian());
    return numbers;
  }

  /**
   * eps' = p eps + q of N(0, s^2) data: eps(x, t) = sigma x / (alpha^2 s^2 + sigma^2), which is
   * exact, and two numbers to finetune; on a flow v = (sigma - alpha s^2) x / (the same).
   */
  private static final class Corrected implements PredictionModel {
    final double deviation;
    final boolean flow;
    double p = 1;
    double q;
    double gradP;
    double gradQ;

    Corrected(double deviation, Schedule schedule) {
      this.deviation = deviation;
      this.flow = schedule.equals(FLOW);
    }

    private double exact(Node node) {
      double spread = node.alpha() * deviation;
      double ofData = flow ? spread * deviation : 0;
      return (node.sigma() - ofData) / (spread * spread + node.sigma() * node.sigma());
    }

    @Override
    public double[] predict(double[] x, Node node) {
      double factor = exact(node);
      return Arrays.stream(x).map(v -> p * factor * v + q).toArray();
    }

    @Override
    public double[] pullBack(double[] x, Node node, double[] cotangent) {
      double factor = exact(node);
      for (int i = 0; i < x.length; i++) {
        gradP += cotangent[i] * factor * x[i];
        gradQ += cotangent[i];
      }
      return Arrays.stream(cotangent).map(g -> g * p * factor).toArray();
    }
  }

  private static double deviation(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum() / x.length);
  }

  private static double[] samples(DdimChain chain, PredictionModel model, double[] noise) {
    return chain.run(noise, model)[chain.steps()];
  }

  /** Closed values of the published subset, the exact score, alphaBar of 1,000 linear betas. */
  @ParameterizedTest
  @CsvSource({
    "1, 5, .684", "1, 10, .832", "1, 20, .913", "1, 50, .964", "1, 1000, .998",
    ".3, 5, .120", ".3, 10, .191", ".3, 20, .241", ".3, 50, .275", ".3, 1000, .299"
  })
  void anExactScoreInFewStepsLosesSpread(double deviation, int steps, double expected) {
    DdimChain chain = new DdimChain(DDPM, TimeSubset.UNIFORM.times(DDPM, steps));
    double[] one = samples(chain, new Corrected(deviation, DDPM), new double[] {1});
    assertThat(one[0]).isCloseTo(expected, within(5.1e-4));
  }

  /** Two numbers, finetuned by MMD to the data's law, bring the spread back. */
  @ParameterizedTest
  @CsvSource({"ddpm-linear, uniform, 1, .05", "flow, trailing, .5, .5"})
  void finetuningBringsTheSpreadBack(
      String schedule, String times, double spread, double learningRate) {
    double[] data = Arrays.stream(normal(512, 1)).map(x -> spread * x).toArray();
    FeatureTable reals = FeatureTable.of(data, 1);
    Schedule path = Schedule.ofLabel(schedule);
    DdimChain chain = new DdimChain(path, TimeSubset.ofLabel(times).times(path, 5));
    Corrected model = new Corrected(spread, path);
    double[] fresh = normal(4000, 77);
    assertThat(Math.abs(deviation(samples(chain, model, fresh)) / deviation(data) - 1))
        .isGreaterThan(0.05);
    Mmd mmd = Mmd.of(Kernel.Gaussians.ofSigmas(spread / 2, spread, 2 * spread), true);
    for (int update = 0; update < 100; update++) {
      double[][] states = chain.run(normal(256, 100 + update), model);
      Mmd.Estimate estimate = mmd.of(FeatureTable.of(states[5], 1), reals);
      double rate = learningRate * (100 - update) / 100;
      model.gradP = 0;
      model.gradQ = 0;
      chain.backward(states, estimate.gradient(), model);
      model.p -= rate * model.gradP;
      model.q -= rate * model.gradQ;
    }
    assertThat(deviation(samples(chain, model, fresh)) / deviation(data))
        .isCloseTo(1, within(0.05));
  }

  @ParameterizedTest
  @CsvSource({"ddpm-linear, uniform", "ddpm-linear, trailing", "flow, trailing"})
  void theAdjointIsThatOfFiniteDifferences(String schedule, String times) {
    int d = 2;
    LinearPrediction model = linear();
    Schedule path = Schedule.ofLabel(schedule);
    DdimChain chain = new DdimChain(path, TimeSubset.ofLabel(times).times(path, 4));
    double[] noise = normal(12, 3);
    FeatureTable reals = FeatureTable.of(normal(10, 4), d);
    Mmd mmd = Mmd.of(new Kernel.Polynomial(3, .5, 1), true);
    double[][] states = chain.run(noise, model);
    double[] toNoise =
        chain.backward(states, mmd.of(FeatureTable.of(states[4], d), reals).gradient(), model);
    check(model.gradW(), model.w(), chain, model, noise, mmd, reals);
    check(model.gradB(), model.b(), chain, model, noise, mmd, reals);
    check(toNoise, noise, chain, model, noise, mmd, reals);
  }

  private static LinearPrediction linear() {
    return new LinearPrediction(new double[] {.3, -.2, .1, .5}, new double[] {.2, -.1});
  }

  /**
   * v = w x + b in n steps: x_n = q^n x - b (1 - q^n) / w with q = 1 - w / n, and so its slopes;
   * from t = 1, where no noise could be told from the state.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aLinearFlowHasItsClosedForm(int steps) {
    double w = .7;
    double b = -.3;
    LinearPrediction model = new LinearPrediction(new double[] {w}, new double[] {b});
    DdimChain chain = new DdimChain(FLOW, TimeSubset.TRAILING.times(FLOW, steps));
    double[][] states = chain.run(new double[] {1.4}, model);
    double power = Math.pow(1 - w / steps, steps);
    assertThat(states[steps][0]).isCloseTo(power * 1.4 - b * (1 - power) / w, within(1e-14));
    assertThat(chain.backward(states, new double[] {1}, model)[0]).isCloseTo(power, within(1e-14));
    assertThat(model.gradB()[0]).isCloseTo((power - 1) / w, within(1e-14));
    double slope = -Math.pow(1 - w / steps, steps - 1); // of the power
    assertThat(model.gradW()[0])
        .isCloseTo(slope * 1.4 + b * slope / w + b * (1 - power) / (w * w), within(1e-14));
  }

  private static void check(
      double[] gradient,
      double[] moved,
      DdimChain chain,
      PredictionModel model,
      double[] noise,
      Mmd mmd,
      FeatureTable reals) {
    for (int i = 0; i < moved.length; i++) {
      int at = i;
      double slope =
          MmdTest.slope(
              moved[i],
              v -> {
                moved[at] = v;
                return mmd.of(FeatureTable.of(samples(chain, model, noise), reals.width()), reals)
                    .value();
              });
      assertThat(gradient[i]).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  @Test
  void discreteStepsAreTimesOfTheContinuousSchedule() {
    double[] alphaBar = {.656347, .0015075, 2.7024e-4, 1.0604e-4};
    int[] tau = {200, 800, 900, 950};
    for (int k = 0; k < tau.length; k++) {
      double alpha = DDPM.node(TimeSubset.time(tau[k], DDPM)).alpha();
      assertThat(alpha * alpha).isCloseTo(alphaBar[k], within(5e-5 * alphaBar[k]));
    }
    assertThat(TimeSubset.UNIFORM.times(DDPM, 5))
        .containsExactly(new double[] {.801, .601, .401, .201, .001, 0}, within(1e-15));
    assertThat(TimeSubset.TRAILING.times(DDPM, 5))
        .containsExactly(new double[] {1, .8, .6, .4, .2, 0}, within(1e-15));
    assertThat(TimeSubset.UNIFORM.times(DDPM, 15)).hasSize(16);
  }

  /** The published subset spends its last evaluation where it weighs next to nothing. */
  @Test
  void theLastEvaluationOfTheUniformSubsetIsWasted() {
    for (Schedule schedule : new Schedule[] {DDPM, VpLinear.standard()}) {
      DdimChain uniform = new DdimChain(schedule, TimeSubset.UNIFORM.times(schedule, 5));
      DdimChain trailing = new DdimChain(schedule, TimeSubset.TRAILING.times(schedule, 5));
      assertThat(Math.abs(uniform.predictionFactor(4))).isLessThan(0.02);
      assertThat(Math.abs(trailing.predictionFactor(4))).isGreaterThan(0.3);
    }
  }

  /** What is finetuned is the sampler that {@code sample} runs. */
  @ParameterizedTest
  @CsvSource({"ddpm-linear, uniform", "ddpm-linear, trailing", "flow, trailing"})
  void theChainIsTheSolverOfTheSameTimes(String schedule, String subset) {
    LinearPrediction model = linear();
    Schedule path = Schedule.ofLabel(schedule);
    double[] times = TimeSubset.ofLabel(subset).times(path, 5);
    double[] noise = normal(6, 5);
    ContinuousModel plain =
        new ContinuousModel() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public void noise(double[] x, Node node, int[] labels, double[] eps) {
            System.arraycopy(model.predict(x, node), 0, eps, 0, eps.length);
            path.prediction().toNoise(x, node, eps);
          }
        };
    double[] drawn =
        MmdSampler.solver(path).on(path, times).sample(noise, Denoiser.plain(plain, 3));
    assertThat(drawn)
        .containsExactly(
            samples(new DdimChain(path, times), model, noise),
            within(path.equals(FLOW) ? 1e-9 : 1e-12)); // a flow's data comes out of eps / 1e-6
  }
}
