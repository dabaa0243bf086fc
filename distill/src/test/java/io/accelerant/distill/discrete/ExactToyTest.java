package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samplers without Monte Carlo, against numbers of an independent float64 implementation. */
class ExactToyTest {
  private final ExactToy absorb = ExactToy.reference(DiffusionGraph.ABSORB);
  private final ExactToy uniform = ExactToy.reference(DiffusionGraph.UNIFORM);

  @ParameterizedTest
  @CsvSource({
    "2, .3591, .6192, .4080",
    "4, .1864, .2336, .1909",
    "8, .0949, .0841, .0781",
    "16, .0479, .0340, .0330"
  })
  void totalVariationIsThatOfTheReference(
      int steps, double absorbing, double uniformEuler, double uniformTweedie) {
    double[] times = GridSampler.uniformTimes(steps, ExactToy.END);
    assertThat(plain(absorb, new Euler(), times)).isCloseTo(absorbing, within(1e-4));
    assertThat(plain(absorb, new Tweedie(), times)).isCloseTo(absorbing, within(1e-4));
    assertThat(plain(uniform, new Euler(), times)).isCloseTo(uniformEuler, within(1e-4));
    assertThat(plain(uniform, new Tweedie(), times)).isCloseTo(uniformTweedie, within(1e-4));
  }

  @Test
  void totalVariationHalvesWhenStepsDouble() {
    double previous = plain(absorb, new Euler(), GridSampler.uniformTimes(8, ExactToy.END));
    for (int steps = 16; steps <= 64; steps *= 2) {
      double next = plain(absorb, new Euler(), GridSampler.uniformTimes(steps, ExactToy.END));
      assertThat(next / previous).isBetween(.49, .52);
      previous = next;
    }
    assertThat(previous).isCloseTo(.0121, within(1e-4));
  }

  @Test
  void ancestralStepIsEulerOnTheAbsorbingGraph() {
    double[] times = GridSampler.uniformTimes(4, ExactToy.END);
    assertThat(plain(absorb, new MdlmAncestral(), times))
        .isCloseTo(plain(absorb, new Euler(), times), within(1e-12));
  }

  @Test
  void tauLeapingConvergesToTheData() {
    for (ExactToy toy : new ExactToy[] {absorb, uniform}) {
      double coarse = plain(toy, new TauLeaping(), GridSampler.uniformTimes(64, ExactToy.END));
      double fine = plain(toy, new TauLeaping(), GridSampler.uniformTimes(256, ExactToy.END));
      assertThat(fine).isLessThan(coarse / 2).isLessThan(.02);
    }
  }

  @Test
  void lawsAreLaws() {
    for (ExactToy toy : new ExactToy[] {absorb, uniform}) {
      assertThat(Arrays.stream(toy.data()).sum()).isCloseTo(1, within(1e-12));
      assertThat(Arrays.stream(toy.marginal(.3)).sum()).isCloseTo(1, within(1e-12));
      double[] times = GridSampler.uniformTimes(3, ExactToy.END);
      assertThat(Arrays.stream(toy.law(new Euler(), times, ScoreTransform.IDENTITY)).sum())
          .isCloseTo(1, within(1e-12));
    }
  }

  private static double plain(ExactToy toy, ReverseKernel kernel, double[] times) {
    return toy.totalVariation(kernel, times, ScoreTransform.IDENTITY);
  }
}
