package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  @ParameterizedTest
  @CsvSource({
    "vp-linear, 1, -5.024978, 5e-7",
    "vp-linear, 0.001, 4.557715, 5e-7",
    "sd-scaled-linear, 1, -2.682024, 5e-7",
    "sd-scaled-linear, 0.5, -0.478025, 5e-7",
    "sd-scaled-linear, 0.001, 3.534712, 5e-7",
    "vp-cosine, 0.9946, -4.77764, 5e-6",
    "vp-cosine, 0.001, 5.047494, 5e-7"
  })
  void lambdasAreThePublishedOnes(String label, double t, double lambda, double digits) {
    assertThat(Schedule.ofLabel(label).lambda(t)).isCloseTo(lambda, within(digits));
  }

  @Test
  void theDiscreteTableIsTheCumulativeProduct() {
    Schedule sd = DiscreteBetas.stableDiffusion();
    assertThat(Math.exp(2 * sd.logAlpha(1))).isCloseTo(0.00466010, within(5e-9));
    double product = 1;
    for (int n = 0; n < 1000; n++) {
      double root = Math.sqrt(0.00085) + n / 999.0 * (Math.sqrt(0.012) - Math.sqrt(0.00085));
      product *= 1 - root * root;
      assertThat(sd.node((n + 1) / 1000.0).alpha()).isCloseTo(Math.sqrt(product), within(1e-13));
      assertThat(sd.networkTime((n + 1) / 1000.0)).isCloseTo(n, within(1e-9));
    }
    // cumprod(1 - linspace(1e-4, 0.02, 1000))[-1]
    assertThat(Math.exp(2 * DiscreteBetas.ddpm().logAlpha(1))).isCloseTo(4.0358e-5, within(1e-9));
  }

  @Property
  void timesInvertTheSchedule(
      @ForAll @IntRange(max = 3) int which, @ForAll @DoubleRange(max = 1) double share) {
    VpSchedule schedule = VpSchedule.ofLabel(VpSchedule.labels()[which]);
    double t = schedule.end() + share * (schedule.start() - schedule.end());
    assertThat(schedule.time(schedule.logAlpha(t))).isCloseTo(t, within(1e-9));
    assertThat(schedule.timeOfLambda(schedule.lambda(t))).isCloseTo(t, within(1e-9));
    Node node = schedule.node(t);
    assertThat(node.alpha() * node.alpha() + node.sigma() * node.sigma())
        .isCloseTo(1, within(1e-14));
    assertThat(node.lambda()).isCloseTo(Math.log(node.alpha() / node.sigma()), within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void timesFallFromStartToEndExactly(Spacing spacing) {
    for (String label : Schedule.labels()) {
      Schedule schedule = Schedule.ofLabel(label);
      double[] times = spacing.times(schedule, schedule.end(), 11);
      assertThat(times).hasSize(12);
      assertThat(times[0]).isEqualTo(schedule.start());
      assertThat(times[11]).isEqualTo(schedule.end());
      for (int i = 1; i < times.length; i++) {
        assertThat(times[i]).isLessThan(times[i - 1]);
      }
    }
    assertThat(Spacing.ofLabel(spacing.label())).isEqualTo(spacing);
  }

  /** A network of 1000 steps: uniform times lie on them as long as there are enough. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 50, 998, 999, 1000, 1001, 3000})
  void everyCountOfStepsHasWholeTimes(int steps) {
    Schedule schedule = DiscreteBetas.ddpm();
    for (Spacing spacing : Spacing.values()) {
      double[] times = spacing.times(schedule, schedule.end(), steps);
      double[] whole = Spacing.whole(schedule, times);
      assertThat(whole).hasSize(steps + 1);
      assertThat(whole[0]).isEqualTo(1);
      assertThat(whole[steps]).isEqualTo(0.001);
      for (int i = 0; i <= steps; i++) {
        double given = schedule.wholeNetworkTime(whole[i]);
        assertThat(given).isEqualTo(Math.rint(given)).isBetween(0.0, 999.0);
        assertThat(given).isCloseTo(schedule.networkTime(times[i]), within(0.5 + 1e-9));
        if (i > 0) {
          assertThat(whole[i]).isLessThan(whole[i - 1]);
        }
        if (spacing == Spacing.TIME_UNIFORM && steps < 1000) {
          assertThat(whole[i]).isEqualTo((given + 1) / 1000);
        }
      }
    }
  }

  @Test
  void timesThatShareTheirNearestStepKeepTheirPlaces() {
    double[] times = {1, 0.5004, 0.5002, 0.30049, 0.0049, 0.0047};
    assertThat(Spacing.whole(DiscreteBetas.ddpm(), times))
        .containsExactly(1, 0.5004, 0.5002, 0.3, 0.0049, 0.0047);
    assertThat(Spacing.whole(VpLinear.standard(), times)).containsExactly(times);
  }

  @Test
  void spacingsAreUniformInWhatTheyAreNamedAfter() {
    Schedule schedule = VpLinear.standard();
    double[] quadratic = Spacing.TIME_QUADRATIC.times(schedule, 1e-3, 4);
    double root = Math.sqrt(1e-3);
    assertThat(quadratic[1]).isCloseTo(Math.pow(1 + 0.25 * (root - 1), 2), within(1e-15));
    double[] logSnr = Spacing.LOG_SNR.times(schedule, 1e-3, 4);
    double first = schedule.lambda(1);
    double last = schedule.lambda(1e-3);
    assertThat(schedule.lambda(logSnr[1])).isCloseTo(first + 0.25 * (last - first), within(1e-12));
    double[] karras = Spacing.KARRAS.times(schedule, 1e-3, 4);
    double middle = (Math.pow(Math.exp(-first), 1 / 7.0) + Math.pow(Math.exp(-last), 1 / 7.0)) / 2;
    assertThat(Math.exp(-schedule.lambda(karras[2]))).isCloseTo(Math.pow(middle, 7), within(1e-12));
  }

  @Test
  void networksPredictNoiseDataOrVelocity() {
    Node node = VpLinear.standard().node(0.4);
    double data = 0.8;
    double noise = -1.7;
    double x = node.alpha() * data + node.sigma() * noise;
    double velocity = node.alpha() * noise - node.sigma() * data;
    double[] predictions = {noise, data, velocity};
    for (int i = 0; i < predictions.length; i++) {
      double[] values = {predictions[i]};
      Prediction.values()[i].toNoise(new double[] {x}, node, values);
      assertThat(values[0]).isCloseTo(noise, within(1e-13));
    }
  }
}
