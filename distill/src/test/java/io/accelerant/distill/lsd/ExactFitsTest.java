package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.ExactToy;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The objectives without Monte Carlo, against numbers of an independent float64 implementation. */
class ExactFitsTest {
  private static final ExactFits ABSORB = new ExactFits(DiffusionGraph.ABSORB);
  private static final ExactFits UNIFORM = new ExactFits(DiffusionGraph.UNIFORM);

  @ParameterizedTest
  @CsvSource({
    "2, .3144, .2893, .3626, .5366",
    "4, .1839, .1470, .1483, .4887",
    "8, .1407, .0732, .0459, .4633",
    "16, .1241, .0364, .0274, .4540"
  })
  void totalVariationIsThatOfTheReference(
      int steps, double paper, double lookahead, double constant, double paperUniform) {
    Coefficients exponent = Coefficients.constant(CoefficientMode.EXPONENT, 1.15, steps);
    assertThat(ABSORB.totalVariation(scale(ABSORB, steps))).isCloseTo(paper, within(6e-5));
    assertThat(ABSORB.totalVariation(ABSORB.lookahead(steps))).isCloseTo(lookahead, within(6e-5));
    assertThat(ABSORB.totalVariation(exponent)).isCloseTo(constant, within(6e-5));
    assertThat(UNIFORM.totalVariation(scale(UNIFORM, steps))).isCloseTo(paperUniform, within(6e-5));
  }

  private static Coefficients scale(ExactFits fits, int steps) {
    return fits.scoreL2(CoefficientMode.SCALE, steps).coefficients();
  }

  /** The paper's objective shrinks: student and teacher are independent given x_T. */
  @Test
  void coefficientsOfTheScaleShrinkFromOneOn() {
    for (ExactFits fits : new ExactFits[] {ABSORB, UNIFORM}) {
      double[] phi = scale(fits, 8).phi();
      assertThat(phi[0]).isCloseTo(1, within(1e-12));
      for (int k = 1; k < 8; k++) {
        assertThat(phi[k]).isLessThan(phi[k - 1]).isPositive();
      }
    }
  }

  @Test
  void lookaheadIsAboveOneAndFalls() {
    double[] phi = ABSORB.lookahead(8).phi();
    for (int k = 0; k < 8; k++) {
      assertThat(phi[k]).isGreaterThan(1).isLessThan(k == 0 ? 3 : phi[k - 1]);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CoefficientMode.class,
      names = {"SCALE", "EXPONENT"})
  void closedFormBeatsItsNeighbours(CoefficientMode mode) {
    for (ExactFits fits : new ExactFits[] {ABSORB, UNIFORM}) {
      ExactFits.ScoreL2Fitted fit = fits.scoreL2(mode, 4);
      double[] phi = fit.coefficients().phi();
      for (int k = 0; k < 4; k++) {
        double best = ScoreL2.loss(phi, fit.sums(), k, 1);
        for (double off : new double[] {-1e-3, 1e-3}) {
          double[] other = phi.clone();
          other[k] += off;
          assertThat(ScoreL2.loss(other, fit.sums(), k, 1)).isGreaterThan(best);
        }
      }
    }
  }

  /** The job's walks and sums are draws of what the toy enumerates. */
  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void sumsOverDrawsApproachTheExactOnes(DiffusionGraph graph) {
    ExactFits fits = graph == DiffusionGraph.ABSORB ? ABSORB : UNIFORM;
    ExactToy toy = fits.toy();
    int steps = 4;
    int draws = 20_000;
    long[] ids = LongStream.range(0, draws).toArray();
    double[] times = GridSampler.uniformTimes(steps, ExactToy.END);
    ExactFits.ScoreL2Fitted exact = fits.scoreL2(CoefficientMode.SCALE, steps);
    double[] sums;
    try (DiscreteModel teacher =
        new MarkovSource(toy.chain(), toy.process(), toy.length()).open()) {
      int[][] states =
          FitRun.walk(teacher, new Euler(), ExactFits.TEACHER_STEPS, steps, ExactToy.END, 1, ids);
      sums =
          ScoreL2.sums(
              teacher,
              new Euler(),
              new Fitted(times, exact.coefficients()),
              states,
              CoefficientMode.SCALE,
              0,
              2,
              ids);
    }
    for (int s = 0; s < sums.length; s++) {
      assertThat(sums[s] / draws)
          .as("sum %d", s)
          .isCloseTo(exact.sums()[s], within(0.05 * exact.sums()[s]));
    }
  }

  /**
   * Eq. 8, rescaled, renormalised and damped by a square root: three passes from the uniform grid.
   */
  @ParameterizedTest
  @CsvSource({"ABSORB, 4, .1864, .3149", "UNIFORM, 4, .2336, .1545", "UNIFORM, 8, .0841, .0600"})
  void stepLengthsAreThoseOfTheReference(
      DiffusionGraph graph, int steps, double before, double after) {
    ExactFits fits = graph == DiffusionGraph.ABSORB ? ABSORB : UNIFORM;
    Coefficients none = Coefficients.constant(CoefficientMode.SCALE, 1, steps);
    double[] times = GridSampler.uniformTimes(steps, ExactToy.END);
    assertThat(fits.toy().totalVariation(new Euler(), times, none)).isCloseTo(before, within(1e-4));
    for (int pass = 0; pass < 3; pass++) {
      double[] sums = fits.scoreL2Sums(none, times, false);
      double target = (1 - ExactToy.END) / steps;
      times = StepLengths.times(ScoreL2.stepLengths(sums, target, 0.5, ExactToy.END), ExactToy.END);
    }
    assertThat(fits.toy().totalVariation(new Euler(), times, none)).isCloseTo(after, within(2e-4));
  }
}
