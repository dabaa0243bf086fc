package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MatchingGradientTest {
  private static final MatchingGradient MATCHING = new MatchingGradient(MatchingGradient.FLOOR);

  @Test
  void eachSampleIsDividedByItsOwnMeanDistance() {
    double[] x = {1, 2, 5, 5};
    double[] real = {0, 0, 5, 9};
    double[] fake = {.5, -1, 4, 7};
    MatchingGradient.Terms terms = MATCHING.of(x, real, fake, 2, 2);
    assertThat(terms.divisors()).containsExactly(1.5, 2);
    double[] g = {.5 / 1.5, -1 / 1.5, -.5, -1};
    for (int i = 0; i < 4; i++) {
      assertThat(terms.gradient()[i]).isCloseTo(g[i] / 4, within(1e-15));
    }
    double squares = g[0] * g[0] + g[1] * g[1] + g[2] * g[2] + g[3] * g[3];
    assertThat(terms.loss()).isCloseTo(squares / 4 / 2, within(1e-15));
  }

  /** A worker with one of the two rows has its part of the sums. */
  @Test
  void piecesAddUpToTheWhole() {
    double[] x = {1, 2};
    MatchingGradient.Terms half = MATCHING.of(x, new double[2], new double[] {.5, -1}, 1, 2);
    MatchingGradient.Terms all =
        MATCHING.of(new double[] {1, 2, 3, 4}, new double[4], new double[] {.5, -1, 0, 0}, 2, 2);
    assertThat(half.gradient()[1]).isEqualTo(all.gradient()[1]);
    assertThat(half.loss()).isEqualTo(all.loss());
  }

  @Test
  void theDivisorHasAFloor() {
    MatchingGradient.Terms terms =
        MATCHING.of(new double[] {1}, new double[] {1}, new double[] {1.5}, 1, 1);
    assertThat(terms.divisors()).containsExactly(1e-3);
    assertThat(terms.gradient()[0]).isCloseTo(500, within(1e-9));
  }

  @Test
  void whatIsNotFiniteIsZero() {
    double[] fake = {Double.NaN, Double.POSITIVE_INFINITY, 1};
    MatchingGradient.Terms terms = MATCHING.of(new double[] {1, 1, 1}, new double[3], fake, 1, 1);
    assertThat(terms.gradient()).containsExactly(new double[] {0, 0, 1. / 3}, within(1e-15));
    assertThat(terms.loss()).isCloseTo(1. / 6, within(1e-15));
  }

  /** dL/dx of L = 1/2 mean |x - sg(x - g)|^2 is g over the numbers: by the definition of sg. */
  @Test
  void theGradientIsThatOfTheLossWithItsTargetHeld() {
    double[] x = {.3, -.2};
    double[] real = {.1, .4};
    double[] fake = {.2, .1};
    double[] gradient = MATCHING.of(x, real, fake, 1, 1).gradient();
    double divisor = (.2 + .6) / 2;
    double step = 1e-6;
    for (int i = 0; i < 2; i++) {
      double g = (fake[i] - real[i]) / divisor;
      double target = x[i] - g;
      double up = (x[i] + step - target) * (x[i] + step - target) / 2 / 2;
      double down = (x[i] - step - target) * (x[i] - step - target) / 2 / 2;
      assertThat(gradient[i]).isCloseTo((up - down) / (2 * step), within(1e-8));
    }
  }
}
