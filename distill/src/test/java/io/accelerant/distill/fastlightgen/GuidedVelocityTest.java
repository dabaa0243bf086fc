package io.accelerant.distill.fastlightgen;

import static io.accelerant.distill.fastlightgen.GuidedVelocity.Mode.EXTRAPOLATE;
import static io.accelerant.distill.fastlightgen.GuidedVelocity.Mode.INTERPOLATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GuidedVelocityTest {
  private static final double NONE = .5;
  private static final double WHOLE = 2;
  private static final double PRUNED = 1;

  @Test
  void withoutContrastItIsGuidanceByTheClass() {
    GuidedVelocity plain = new GuidedVelocity(EXTRAPOLATE, 3.5, 0);
    assertThat(plain.at(NONE, WHOLE, PRUNED)).isEqualTo(.5 + 3.5 * 1.5);
    assertThat(plain.readsPruned()).isFalse();
    assertThat(new GuidedVelocity(EXTRAPOLATE, 1, 0).at(NONE, WHOLE, PRUNED)).isEqualTo(WHOLE);
  }

  @Test
  void contrastGoesAwayFromThePrunedNetwork() {
    GuidedVelocity strong = new GuidedVelocity(EXTRAPOLATE, 2, .25);
    assertThat(strong.at(NONE, WHOLE, PRUNED)).isEqualTo(.5 + 2 * 1.5 + .25 * 1);
    assertThat(strong.readsPruned()).isTrue();
  }

  @Test
  void theOtherReadingGuidesAPointBetweenTheNetworks() {
    assertThat(new GuidedVelocity(INTERPOLATE, 2, .25).at(NONE, WHOLE, PRUNED))
        .isEqualTo(.5 + 2 * (1.25 - .5));
    GuidedVelocity whole = new GuidedVelocity(INTERPOLATE, 2, 1);
    assertThat(whole.at(NONE, WHOLE, PRUNED))
        .isEqualTo(new GuidedVelocity(EXTRAPOLATE, 2, 0).at(NONE, WHOLE, PRUNED));
    assertThat(whole.readsPruned()).isFalse();
  }

  @Test
  void strengthsAreDrawnAboutTheirMeans() {
    GuidedVelocity mean = new GuidedVelocity(EXTRAPOLATE, 2, .25);
    GuidedVelocity[] drawn =
        LongStream.range(0, 2000)
            .mapToObj(number -> mean.drawn(1, 7, number, 3))
            .toArray(GuidedVelocity[]::new);
    double guidance = 0;
    double contrast = 0;
    for (GuidedVelocity one : drawn) {
      assertThat(one.guidance()).isBetween(1.0, 3.0);
      assertThat(one.contrast()).isBetween(0.0, .5);
      guidance += one.guidance() / drawn.length;
      contrast += one.contrast() / drawn.length;
    }
    assertThat(guidance).isCloseTo(2, within(.05)); // four standard errors
    assertThat(contrast).isCloseTo(.25, within(.014));
    assertThat(mean.drawn(1, 7, 5, 3)).isEqualTo(drawn[5]);
    assertThat(mean.drawn(0, 7, 5, 3)).isEqualTo(mean);
  }

  @Test
  void aNegativeContrastIsDrawnBelowZero() {
    assertThat(new GuidedVelocity(EXTRAPOLATE, 2, -.25).drawn(1, 7, 1, 1).contrast())
        .isBetween(-.5, 0.0);
  }
}
