package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.Scores;
import io.accelerant.distill.discrete.Tweedie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CoefficientModeTest {
  private static final DiffusionProcess ABSORB =
      new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 3);
  private static final DiffusionProcess UNIFORM =
      new DiffusionProcess(DiffusionGraph.UNIFORM, new NoiseSchedule.LogLinear(1e-3), 4);
  private static final int MASK = 3;
  private static final double[] POSTERIOR = {0.7, 0.3, 0};
  private static final double T = 0.5;
  private static final double U = 0.25;

  /** The row of a masked position, after two entries that belong to another row. */
  private static double[] masked() {
    double[] scores = new double[6];
    scores[0] = 7;
    scores[1] = 8;
    Scores.fromPosterior(ABSORB, MASK, POSTERIOR, 0, T, scores, 2);
    return scores;
  }

  private static double[] changed(CoefficientMode mode, double phi) {
    double[] scores = masked();
    Coefficients.constant(mode, phi, 3).apply(ABSORB, 2, MASK, T, scores, 2);
    return scores;
  }

  /** Probability of opening, then the law of the symbol if it opens. */
  private static double[] opening(double[] scores) {
    double[] probabilities = new double[4];
    new Euler().probabilities(ABSORB, MASK, scores, 2, T, U, probabilities);
    double open = 1 - probabilities[MASK];
    return new double[] {
      open, probabilities[0] / open, probabilities[1] / open, probabilities[2] / open
    };
  }

  @ParameterizedTest
  @EnumSource(CoefficientMode.class)
  void theOwnEntryAndOtherRowsAreLeftAlone(CoefficientMode mode) {
    assertThat(changed(mode, 1.7)).startsWith(7, 8).endsWith(1);
    double[] open = {0, 1, 0, 0};
    Coefficients.constant(mode, 1.7, 1).apply(ABSORB, 0, 1, T, open, 0);
    assertThat(open).containsExactly(0, 1, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({"SCALE, 2", "EXPONENT, 2", "SCALE, 0.5", "EXPONENT, 0.5"})
  void theOwnEntryOfTheUniformGraphIsNotScaled(CoefficientMode mode, double phi) {
    double[] scores = {0.25, 4, 1, 9};
    Coefficients.constant(mode, phi, 1).apply(UNIFORM, 0, 2, T, scores, 0);
    assertThat(scores[2]).isEqualTo(1);
    assertThat(scores[1])
        .isCloseTo(mode == CoefficientMode.SCALE ? phi * 4 : Math.pow(4, phi), within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(CoefficientMode.class)
  void nothingToThePowerOfAnythingIsNothing(CoefficientMode mode) {
    for (double phi : new double[] {0.5, 1, 1.3, 3}) {
      assertThat(changed(mode, phi)[4]).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CoefficientMode.class,
      names = {"SCALE", "EXPONENT"})
  void oneChangesNoBit(CoefficientMode mode) {
    assertThat(changed(mode, 1)).isEqualTo(masked());
  }

  @ParameterizedTest
  @CsvSource({"0.4", "1", "1.5"})
  void scaleOnTheAbsorbingGraphChangesTheRateAndNothingElse(double phi) {
    double[] plain = opening(masked());
    double[] scaled = opening(changed(CoefficientMode.SCALE, phi));
    assertThat(scaled[0]).isCloseTo(phi * (T - U) / T, within(1e-12));
    for (int y = 1; y <= 3; y++) {
      assertThat(scaled[y]).isCloseTo(plain[y], within(1e-12));
    }
  }

  /** P = (dt/t) c^(Phi-1) sum p^Phi: uncertain positions wait, symbols are sharpened. */
  @Test
  void exponentSharpensAndDelays() {
    double phi = 1.4;
    double[] row = opening(changed(CoefficientMode.EXPONENT, phi));
    double power = Math.pow(0.7, phi) + Math.pow(0.3, phi);
    double c = Scores.scale(ABSORB, T);
    assertThat(row[0]).isCloseTo((T - U) / T * Math.pow(c, phi - 1) * power, within(1e-12));
    assertThat(row[1]).isCloseTo(Math.pow(0.7, phi) / power, within(1e-12));
  }

  @Test
  void posteriorExponentSharpensAndKeepsTheRate() {
    double phi = 1.4;
    double[] row = opening(changed(CoefficientMode.POSTERIOR_EXPONENT, phi));
    double power = Math.pow(0.7, phi) + Math.pow(0.3, phi);
    assertThat(row[0]).isCloseTo((T - U) / T, within(1e-12));
    assertThat(row[1]).isCloseTo(Math.pow(0.7, phi) / power, within(1e-12));
  }

  @Test
  void posteriorExponentNeedsTheAbsorbingGraph() {
    Coefficients coefficients = Coefficients.constant(CoefficientMode.POSTERIOR_EXPONENT, 2, 1);
    assertThatThrownBy(() -> coefficients.apply(UNIFORM, 0, 0, T, new double[4], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absorbing");
  }

  @Test
  void eachStepHasItsOwnCoefficient() {
    Coefficients coefficients = new Coefficients(CoefficientMode.SCALE, new double[] {2, 3});
    double[] scores = {1, 1, 1, 1};
    coefficients.apply(UNIFORM, 1, 0, T, scores, 0);
    coefficients.apply(UNIFORM, 0, 1, T, scores, 0);
    assertThat(scores).containsExactly(2, 3, 6, 6);
  }

  @Test
  void exponentsAreHeldInTheirRange() {
    assertThat(CoefficientMode.clipExponent(-4)).isEqualTo(0.5);
    assertThat(CoefficientMode.clipExponent(1.2)).isEqualTo(1.2);
    assertThat(CoefficientMode.clipExponent(9)).isEqualTo(3);
  }

  @Test
  void labelsGoRoundTripAndOthersAreRefused() {
    for (CoefficientMode mode : CoefficientMode.values()) {
      assertThat(CoefficientMode.ofLabel(mode.label())).isEqualTo(mode);
    }
    assertThatThrownBy(() -> CoefficientMode.ofLabel("SCALE"))
        .hasMessageContaining("must be scale, exponent or posteriorExponent, is SCALE");
    assertThat(LsdSchedule.kernel("euler")).isEqualTo(new Euler());
    assertThat(LsdSchedule.kernel("tweedie")).isEqualTo(new Tweedie());
    assertThatThrownBy(() -> LsdSchedule.kernel("heun")).hasMessageContaining("is heun");
  }
}
