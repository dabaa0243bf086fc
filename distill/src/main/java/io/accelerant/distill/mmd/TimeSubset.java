package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.FlowPath;
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

  /**
   * Whether sampling can begin at its first time. On a flow, which is noise at 1 alone, pure noise
   * has no place below.
   */
  boolean suits(Schedule schedule) {
    return this == TRAILING || !(schedule instanceof FlowPath);
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if it does not suit the schedule of the model
   */
  void require(Schedule schedule, JobConfig config) {
    if (!suits(schedule)) {
      throw config.invalid(
          MmdKeys.TIMES,
          Text.of(
              "is %s, which begins below 1; on the schedule %s of the model noise begins at 1: set"
                  + " %s.",
              label(), schedule.label(), TRAILING.label()));
    }
  }

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
