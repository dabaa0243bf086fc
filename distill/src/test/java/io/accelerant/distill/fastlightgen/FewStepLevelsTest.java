package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Prediction;
import io.accelerant.distill.continuous.RenoisingSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FewStepLevelsTest {
  @Test
  void levelsAreEvenOrWarped() {
    assertThat(FewStepLevels.even(4, 1).levels()).containsExactly(1, .75, .5, .25);
    assertThat(FewStepLevels.even(1, 3).levels()).containsExactly(1);
    assertThat(FewStepLevels.even(4, 5).levels())
        .containsExactly(new double[] {1, .9375, 5. / 6, .625}, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {.01, .1, .3, 1.7, 100})
  void theFirstLevelIsOneWhateverTheShift(double shift) {
    assertThat(FewStepLevels.even(64, shift).levels()[0]).isEqualTo(1);
  }

  @Test
  void levelsThatDoNotFallFromOneAreRefused() {
    for (double[] levels : new double[][] {{1.1, .5}, {.9, .5}, {1, .5, .5}, {1, 0}}) {
      assertThatIllegalArgumentException().isThrownBy(() -> new FewStepLevels(levels));
    }
  }

  private static final double[] NOISE = {.4, -.6, 1.1, .2};

  private static double[] noise(int step) {
    return new double[] {NOISE[step]};
  }

  /** v = c z + t. */
  private static double velocity(double z, double t) {
    return .3 * z + t;
  }

  @Test
  void eachStepStartsFromItsOwnNoise() {
    FewStepLevels.Velocity generator = (z, t) -> new double[] {velocity(z[0], t)};
    FewStepLevels two = FewStepLevels.even(2, 1);
    double x0 = .4 - velocity(.4, 1); // z - t v at t = 1
    double z1 = .5 * x0 + .5 * -.6;
    assertThat(two.state(0, generator, FewStepLevelsTest::noise)).containsExactly(.4);
    assertThat(two.state(1, generator, FewStepLevelsTest::noise)).containsExactly(z1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void trainingSimulatesWhatTheSamplerDoes(int steps) {
    FewStepLevels levels = FewStepLevels.even(steps, 2);
    ContinuousModel model =
        new ContinuousModel() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public void noise(double[] x, Node node, int[] labels, double[] noise) {
            noise[0] = velocity(x[0], node.t());
            Prediction.FLOW.toNoise(x, node, noise);
          }
        };
    double[] x =
        new RenoisingSampler(new FlowPath(), levels.levels())
            .sample(noise(0), Denoiser.plain(model, 1), FewStepLevelsTest::noise);
    double[] z =
        levels.state(
            steps - 1, (at, t) -> new double[] {velocity(at[0], t)}, FewStepLevelsTest::noise);
    double last = levels.levels()[steps - 1];
    assertThat(x[0]).isCloseTo(z[0] - last * velocity(z[0], last), within(1e-9));
  }
}
