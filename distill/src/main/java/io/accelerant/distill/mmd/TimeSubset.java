package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.Schedule;
import java.util.Arrays;
import java.util.Locale;

/**
 * Which of 1,000 discrete times a sampler of T steps visits. Step tau = 0 .. 999 of a discrete
 * schedule is the time {@code (tau + 1) / 1000} of a continuous one, times where that begins.
 */
enum TimeSubset {
  /**
   * The published one: tau = 0, s, 2 s, .. with s = floor(1000 / T). It begins below the top, and
   * its last evaluation, at tau = 0, moves almost nothing. Exactly T of them: the published code
   * takes one more where T does not divide 1000.
   */
  UNIFORM {
    @Override
    double tau(int k, int steps) {
      return (steps - 1 - k) * (STEPS / steps);
    }
  },
  /** tau = 999, 999 - 1000 / T, .., rounded: every evaluation counts. */
  TRAILING {
    @Override
    double tau(int k, int steps) {
      return Math.rint(STEPS - (double) k * STEPS / steps) - 1;
    }
  };

  private static final int STEPS = 1000;

  abstract double tau(int k, int steps);

  /**
   * The times of T steps and, last, 0: clean data.
   *
   * @return [steps + 1], falling
   */
  double[] times(Schedule schedule, int steps) {
    double[] times = new double[steps + 1];
    for (int k = 0; k < steps; k++) {
      times[k] = time(tau(k, steps), schedule);
    }
    return times;
  }

  /** The time of a discrete step. */
  static double time(double tau, Schedule schedule) {
    return (tau + 1) / STEPS * schedule.start();
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TimeSubset ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  static String[] labels() {
    return Arrays.stream(values()).map(TimeSubset::label).toArray(String[]::new);
  }
}
