package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FewStepLevelsTest {
  @Test
  void levelsAreEvenOrWarped() {
    assertThat(FewStepLevels.even(4, 1).levels()).containsExactly(1, .75, .5, .25);
    assertThat(FewStepLevels.even(1, 3).levels()).containsExactly(1);
    assertThat(FewStepLevels.even(4, 5).levels())
        .containsExactly(new double[] {1, .9375, 5. / 6, .625}, within(1e-15));
  }

  /** One point m of data: v = (z - m) / t is exact, and any number of steps gives m. */
  @Test
  void anExactGeneratorOfOnePointGivesThePoint() {
    FewStepLevels.Velocity exact = (z, t) -> new double[] {(z[0] - 3) / t};
    for (int steps : new int[] {1, 2, 4}) {
      double[] x = FewStepLevels.even(steps, 1).generate(exact, step -> new double[] {.4 - step});
      assertThat(x[0]).isCloseTo(3, within(1e-12));
    }
  }

  @Test
  void eachStepStartsFromItsOwnNoise() {
    List<Double> levels = new ArrayList<>();
    FewStepLevels.Velocity half =
        (z, t) -> {
          levels.add(t);
          return new double[] {z[0] / 2};
        };
    FewStepLevels two = FewStepLevels.even(2, 1);
    FewStepLevels.Noise noise = step -> new double[] {step == 0 ? 1 : 10};
    double x0 = 1 - .5; // z - t v at t = 1
    double z1 = .5 * x0 + .5 * 10;
    assertThat(two.state(0, half, noise)).containsExactly(1);
    assertThat(two.state(1, half, noise)).containsExactly(z1);
    levels.clear();
    assertThat(two.generate(half, noise)[0]).isCloseTo(z1 - .5 * z1 / 2, within(1e-15));
    assertThat(levels).containsExactly(1.0, .5);
  }
}
