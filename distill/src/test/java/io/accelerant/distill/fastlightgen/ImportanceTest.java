package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ImportanceTest {
  private static final Importance GIVEN =
      new Importance(
          new double[] {.1, .5},
          new double[] {.3, .2},
          new double[][] {{1.3, .6}, {.3, .2}, {.2, .4}},
          new double[] {.9, .1, .2});

  @Test
  void deltaIsTheRiseOfTheErrorOfCleanData() {
    assertThat(GIVEN.delta(0, 0)).isCloseTo(.01 * 1, within(1e-15));
    assertThat(GIVEN.delta(0, 1)).isCloseTo(.25 * .4, within(1e-15));
    assertThat(GIVEN.delta(0)).isCloseTo((.01 + .1) / 2, within(1e-15));
    assertThat(GIVEN.deltas()[1]).isZero();
    assertThat(GIVEN.deltas()[2]).isCloseTo((-.001 + .05) / 2, within(1e-15));
  }

  /** Without the weight of the level, low levels count as much. */
  @Test
  void plainDeltaIsTheRiseOfTheErrorOfTheVelocity() {
    assertThat(GIVEN.plain(0)).isCloseTo(.7, within(1e-15));
    assertThat(GIVEN.plain(2)).isCloseTo(.05, within(1e-15));
  }

  @Test
  void influenceIsOneMinusTheCosineOfEachToken() {
    double[] before = {1, 0, 3, 4, 1, 1};
    double[] after = {2, 0, -3, -4, 1, -1}; // cosines 1, -1, 0
    assertThat(Importance.influence(before, after, 2)).isCloseTo(1, within(1e-15));
    assertThat(Importance.influence(before, before, 2)).isCloseTo(0, within(1e-15));
    assertThat(Importance.influence(new double[] {0, 0}, new double[] {1, 1}, 2)).isEqualTo(1);
  }

  @Test
  void agreementComparesTheOrders() {
    assertThat(GIVEN.agreement()).isCloseTo(1, within(1e-15));
  }

  /** |x0hat - z0|^2 = t^2 |v - v*|^2 for x0hat = z_t - t v. */
  @Test
  void theWeightIsThatOfTweediesFormula() {
    double t = .3;
    double[] z = {.5, -1};
    double[] e = {.2, 2};
    double[] v = {1.1, .4};
    double[] wanted = {e[0] - z[0], e[1] - z[1]};
    double[] clean = FewStepLevels.clean(FewStepLevels.noised(z, e, t), v, t);
    assertThat(Importance.squaredError(clean, z))
        .isCloseTo(t * t * Importance.squaredError(v, wanted), within(1e-15));
  }
}
