package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The path of flow matching under the solvers that were made for diffusion. */
class FlowPathTest {
  private static final FlowPath FLOW = new FlowPath();
  private static final int ROWS = 6;
  private static final int SIZE = 16;

  private static double[] noise() {
    return Mixtures.noise(ROWS, SIZE, 1);
  }

  /** v = 0.3 x - t + c, whatever it means; c is the label. */
  private static ContinuousModel linear() {
    return new ContinuousModel() {
      @Override
      public int size() {
        return 2;
      }

      @Override
      public void noise(double[] x, Node node, int[] labels, double[] noise) {
        for (int i = 0; i < x.length; i++) {
          noise[i] = velocity(x[i], node.t(), labels[i / 2]);
        }
        Prediction.FLOW.toNoise(x, node, noise);
      }
    };
  }

  private static double velocity(double x, double t, int label) {
    return 0.3 * x - t + label;
  }

  @Test
  void noiseAndDataFollowFromTheVelocity() {
    for (double t : new double[] {1e-3, 0.4, 0.9, 1}) {
      Node node = FLOW.node(t);
      double[] m = Denoiser.plain(linear(), 1).output(new double[] {0.7, -2}, node, Form.DATA, 1);
      double[] v = {velocity(0.7, t, -1), velocity(-2, t, -1)};
      assertThat(m).containsExactly(new double[] {0.7 - t * v[0], -2 - t * v[1]}, within(1e-9));
    }
    Node middle = FLOW.node(0.4);
    double[] eps = {2};
    Prediction.FLOW.toNoise(new double[] {0.7}, middle, eps);
    assertThat(eps[0]).isCloseTo(0.7 + 0.6 * 2, within(1e-14)); // x + (1 - t) v
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void eulerStepsFollowTheGuidedVelocityFromNoiseToData(int steps) {
    double[] x = {0.7, -2};
    double[] times = Spacing.TIME_UNIFORM.times(FLOW, FLOW.end(), steps);
    assertThat(times[0]).isEqualTo(1);
    assertThat(times[steps]).isZero();
    double[] y =
        Solver.plain(Solver.EULER)
            .on(FLOW, times)
            .sample(x, new Denoiser(linear(), new int[] {4}, 1.5, Thresholding.NONE));
    for (int i = 0; i < x.length; i++) {
      double z = x[i];
      for (int k = 0; k < steps; k++) {
        double free = velocity(z, times[k], ContinuousModel.NO_LABEL);
        double v = free + 1.5 * (velocity(z, times[k], 4) - free);
        z += (times[k + 1] - times[k]) * v;
      }
      assertThat(y[i]).isCloseTo(z, within(1e-9));
    }
  }

  private static double[] sample(Solver solver, Spacing spacing, int steps) {
    double[] times = spacing.times(FLOW, FLOW.end(), steps);
    return solver.on(FLOW, times).sample(noise(), Denoiser.plain(Mixtures.sixteen(3).open(), ROWS));
  }

  @Test
  void ddimIsEulerUpToTheCutOfLambda() {
    double[] euler = sample(Solver.plain(Solver.EULER), Spacing.TIME_UNIFORM, 7);
    double[] ddim = sample(Solver.plain(Solver.DDIM), Spacing.TIME_UNIFORM, 7);
    assertThat(Mixtures.distance(euler, ddim)).isLessThan(1e-5);
  }

  private static double[] truth() {
    return new ReferenceSolution(ReferenceSolution.Method.RK4, 2000, FLOW)
        .states(noise(), new double[] {1, 0}, Denoiser.plain(Mixtures.sixteen(3).open(), ROWS))[1];
  }

  @Test
  void solversOfHigherOrderAreNearerToTheTruthThanEuler() {
    double[] truth = truth();
    double euler =
        Mixtures.distance(sample(Solver.plain(Solver.EULER), Spacing.TIME_UNIFORM, 20), truth);
    assertThat(
            Mixtures.distance(
                sample(Solver.plain(Solver.EULER), Spacing.TIME_UNIFORM, 2000), truth))
        .isLessThan(euler / 50);
    for (Solver solver :
        new Solver[] {
          Solver.plain(Solver.DPMPP_2M),
          Solver.unipc(2, UniPc.Variant.BH2, CorrectorUse.ALL),
          Solver.unipc(3, UniPc.Variant.BH1, CorrectorUse.ALL)
        }) {
      double[] x = sample(solver, Spacing.TIME_UNIFORM, 20);
      assertThat(Mixtures.distance(x, truth)).as(solver.describe()).isLessThan(euler / 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void timesFallFromOneToZero(Spacing spacing) {
    double[] times = spacing.times(FLOW, 0, 11);
    assertThat(times[0]).isEqualTo(1);
    assertThat(times[11]).isZero();
    assertThat(Arrays.stream(times).boxed().toList())
        .isSortedAccordingTo(java.util.Comparator.reverseOrder())
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0", "0.25, 1.0986122886681098", "1, -13.815510557964274", "0, 13.815510558"})
  void lambdaIsThatOfTheRatioAndFinite(double t, double lambda) {
    assertThat(FLOW.lambda(t)).isCloseTo(lambda, within(1e-9));
    assertThat(FLOW.timeOfLambda(lambda)).isCloseTo(t, within(2e-6));
  }

  @Test
  void aSolverThatIsNotDefinedThereIsRefused() {
    double[] times = {1, 0.5};
    assertThatThrownBy(() -> Solver.plain(Solver.DEIS).on(FLOW, times))
        .hasMessageContaining("deis is not defined on flow");
    assertThatThrownBy(() -> Solver.plain(Solver.EULER).on(VpLinear.standard(), times))
        .hasMessageContaining("euler is not defined on vp-linear");
    assertThat(Prediction.VELOCITY.suits(FLOW)).isFalse();
    assertThat(Prediction.FLOW.suits(VpLinear.standard())).isFalse();
    assertThat(Prediction.DATA.suits(FLOW)).isTrue();
  }
}
