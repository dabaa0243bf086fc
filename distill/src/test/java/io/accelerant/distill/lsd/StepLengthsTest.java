package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StepLengthsTest {
  private static final double END = 1e-3;

  @Property(tries = 500)
  void timesFallStrictlyFromOneToTheEndForAnyLogits(
      @ForAll @Size(min = 1, max = 64) double[] logits,
      @ForAll @DoubleRange(min = 1e-6, max = 0.5) @Scale(6) double end) {
    double[] times = StepLengths.times(StepLengths.ofLogits(logits, end), end);
    assertThat(times).hasSize(logits.length + 1).startsWith(1).endsWith(end);
    for (int k = 0; k < logits.length; k++) {
      assertThat(times[k + 1]).isLessThan(times[k]);
    }
  }

  @Property(tries = 200)
  void lengthsArePositiveAndSumToTheAxis(@ForAll @Size(min = 1, max = 64) double[] logits) {
    double[] kappa = StepLengths.ofLogits(logits, END);
    assertThat(Arrays.stream(kappa)).allMatch(length -> length > 0);
    assertThat(Arrays.stream(kappa).sum()).isCloseTo(1 - END, within(1e-12));
  }

  @Test
  void equalLogitsAreTheUniformGrid() {
    double[] kappa = StepLengths.ofLogits(new double[] {5, 5, 5, 5}, END);
    assertThat(kappa).containsOnly(0.999 / 4);
    assertThat(StepLengths.times(kappa, END)[2]).isCloseTo(0.5005, within(1e-15));
  }

  @Test
  void logitsOfTimesGiveTheTimesBack() {
    double[] times = {1, 0.33, 0.18, 0.025, END};
    double[] again = StepLengths.times(StepLengths.ofLogits(StepLengths.logits(times), END), END);
    for (int k = 0; k < times.length; k++) {
      assertThat(again[k]).isCloseTo(times[k], within(1e-15));
    }
  }

  @Test
  void gradientIsThatOfCentralDifferences() {
    double[] a = {0.3, -1, 0.7, 0};
    double[] weights = {2, -3, 1, 5}; // f(kappa) = sum w kappa^2
    double[] kappa = StepLengths.ofLogits(a, END);
    double[] slope = new double[4];
    Arrays.setAll(slope, k -> 2 * weights[k] * kappa[k]);
    double[] gradient = StepLengths.logitGradient(kappa, slope, END);
    double h = 1e-6;
    for (int k = 0; k < 4; k++) {
      double[] up = a.clone();
      double[] down = a.clone();
      up[k] += h;
      down[k] -= h;
      assertThat(gradient[k])
          .isCloseTo((value(up, weights) - value(down, weights)) / (2 * h), within(1e-9));
    }
  }

  private static double value(double[] a, double[] weights) {
    double[] kappa = StepLengths.ofLogits(a, END);
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += weights[k] * kappa[k] * kappa[k];
    }
    return sum;
  }
}
