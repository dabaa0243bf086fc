package io.accelerant.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import org.junit.jupiter.api.Test;

class ScheduleAndClipTest {
  @Test
  void warmUpRisesToThePeakAndThenHandsOver() {
    LearningRate rate = LearningRate.warmUp(4, 0.8, LearningRate.cosine(0.8, 0.2, 10));
    assertThat(rate.at(0)).isEqualTo(0.2);
    assertThat(rate.at(3)).isEqualTo(0.8);
    assertThat(rate.at(4)).isEqualTo(0.8);
    assertThat(rate.at(9)).isCloseTo(0.5, within(1e-15));
    assertThat(rate.at(14)).isEqualTo(0.2);
    assertThat(rate.at(1000)).isEqualTo(0.2);
  }

  @Test
  void linearFallsAlongALine() {
    LearningRate rate = LearningRate.linear(1, 0.5, 10);
    assertThat(rate.at(0)).isEqualTo(1);
    assertThat(rate.at(5)).isEqualTo(0.75);
    assertThat(rate.at(10)).isEqualTo(0.5);
    assertThat(LearningRate.constant(0.1).at(7)).isEqualTo(0.1);
  }

  @Test
  void clippingKeepsTheDirectionAndCapsTheNorm() {
    float[] gradient = {3, 0, -4};
    assertThat(GradientClip.clip(Flat.of(gradient), 1)).isEqualTo(5);
    assertThat(gradient).containsExactly(new float[] {0.6f, 0, -0.8f}, within(1e-7f));
    double[] wide = {3, 0, -4};
    assertThat(GradientClip.clip(Flat.of(wide), 10)).isEqualTo(5);
    assertThat(wide).containsExactly(3, 0, -4);
    GradientClip.clip(Flat.of(wide), 2.5);
    assertThat(wide).containsExactly(1.5, 0, -2);
  }

  @Test
  void averageForgetsByItsDecay() {
    double[] average = {1, 2};
    new ExponentialAverage(0.9, false).update(Flat.of(average), Flat.of(new double[] {2, 0}), 0);
    assertThat(average).containsExactly(new double[] {1.1, 1.8}, within(1e-15));
    ExponentialAverage warm = new ExponentialAverage(0.999, true);
    assertThat(warm.at(0)).isEqualTo(0.1);
    assertThat(warm.at(90)).isEqualTo(0.91);
    assertThat(warm.at(1_000_000)).isEqualTo(0.999);
    float[] narrow = {1};
    warm.update(Flat.of(narrow), Flat.of(new float[] {11}), 0);
    assertThat(narrow[0]).isEqualTo(10);
    assertThatThrownBy(() -> new ExponentialAverage(1, false)).hasMessageContaining("[0, 1)");
  }
}
