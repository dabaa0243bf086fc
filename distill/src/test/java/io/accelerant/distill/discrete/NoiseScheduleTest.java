package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NoiseScheduleTest {
  static Stream<NoiseSchedule> schedules() {
    return Stream.of(
        new NoiseSchedule.LogLinear(1e-3),
        new NoiseSchedule.Geometric(1e-3, 8),
        new NoiseSchedule.Geometric(1e-4, 20));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void rateIsTheDerivativeOfTheTotal(NoiseSchedule noise) {
    double h = 1e-6;
    for (double t : new double[] {.01, .3, .7, .99}) {
      double slope = (noise.total(t + h) - noise.total(t - h)) / (2 * h);
      assertThat(noise.rate(t)).isCloseTo(slope, within(1e-6 * slope));
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void timeInvertsTheTotal(NoiseSchedule noise) {
    for (double t : new double[] {0, 1e-5, .3, .7, 1}) {
      assertThat(noise.time(noise.total(t))).isCloseTo(t, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void timesOutsideTheUnitIntervalAreRefused(NoiseSchedule noise) {
    for (double t : new double[] {-1e-9, 1.0000001, Double.NaN}) {
      assertThatThrownBy(() -> noise.total(t))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[0, 1]");
      assertThatThrownBy(() -> noise.rate(t)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void logLinearKeepsItsDigitsNearOne() {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 4);
    assertThat(process.masked(1)).isCloseTo(.999, within(1e-15));
    assertThat(Scores.scale(process, 1)).isCloseTo(1e-3 / .999, within(1e-15));
    assertThat(process.noise().rate(1)).isCloseTo(999, within(1e-9));
    assertThat(CrossEntropy.weight(process, 1)).isCloseTo(1, within(1e-12));
  }

  @Test
  void badParametersAreRefused() {
    assertThatThrownBy(() -> new NoiseSchedule.LogLinear(0)).hasMessageContaining("eps");
    assertThatThrownBy(() -> new NoiseSchedule.LogLinear(Double.NaN)).hasMessageContaining("eps");
    assertThatThrownBy(() -> new NoiseSchedule.Geometric(1, 1)).hasMessageContaining("min < max");
    assertThatThrownBy(() -> new NoiseSchedule.Geometric(1, Double.POSITIVE_INFINITY))
        .hasMessageContaining("min < max");
  }
}
