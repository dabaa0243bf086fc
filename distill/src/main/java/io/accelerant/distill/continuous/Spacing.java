package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** How the times of N steps are spread from T down to the end: N + 1 points, both ends exact. */
public enum Spacing {
  TIME_UNIFORM {
    @Override
    double[] inner(Schedule schedule, double start, double end, int steps) {
      return linspace(start, end, steps);
    }
  },
  TIME_QUADRATIC {
    @Override
    double[] inner(Schedule schedule, double start, double end, int steps) {
      return map(linspace(StrictMath.sqrt(start), StrictMath.sqrt(end), steps), r -> r * r);
    }
  },
  /** Uniform in lambda. */
  LOG_SNR {
    @Override
    double[] inner(Schedule schedule, double start, double end, int steps) {
      double[] lambdas = linspace(schedule.lambda(start), schedule.lambda(end), steps);
      return map(lambdas, schedule::timeOfLambda);
    }
  },
  /** Uniform in (sigma/alpha)^(1/7), Karras et al. (2022) with rho = 7. */
  KARRAS {
    @Override
    double[] inner(Schedule schedule, double start, double end, int steps) {
      double first = StrictMath.exp(-schedule.lambda(start) / 7);
      double last = StrictMath.exp(-schedule.lambda(end) / 7);
      return map(linspace(first, last, steps), r -> schedule.timeOfLambda(-7 * StrictMath.log(r)));
    }
  };

  abstract double[] inner(Schedule schedule, double start, double end, int steps);

  /** Times t_0 = T &gt; t_1 &gt; .. &gt; t_N = end. */
  public double[] times(Schedule schedule, double end, int steps) {
    return times(schedule, schedule.start(), end, steps);
  }

  /** Times t_0 = start &gt; t_1 &gt; .. &gt; t_N = end. */
  public double[] times(Schedule schedule, double start, double end, int steps) {
    boolean reaches = end > 0 || end == schedule.end();
    if (steps < 1 || start > schedule.start() || !(reaches && end < start)) {
      throw new IllegalArgumentException(Text.of("%d steps from %s to %s", steps, start, end));
    }
    double[] times = inner(schedule, start, end, steps);
    times[0] = start; // not what inverting lambda gives back
    times[steps] = end;
    return times;
  }

  /**
   * A grid for a network that knows only whole times: each time moves to the nearest of these, so
   * that the solver takes the signal and noise that the network is told. Times that share their
   * nearest keep their places, since no step can have length zero: the network is given the nearest
   * for each of them. So does the end, where nothing is evaluated.
   *
   * @param times falling; not changed
   */
  static double[] whole(Schedule schedule, double[] times) {
    double[] moved = times.clone();
    for (int i = 0; i < times.length - 1; i++) {
      double nearest = schedule.nearest(times[i]);
      boolean alone =
          nearest != schedule.nearest(times[i + 1])
              && (i == 0 || nearest != schedule.nearest(times[i - 1]));
      moved[i] = alone ? nearest : times[i];
    }
    return moved;
  }

  /** {@code steps + 1} equally spaced points. */
  static double[] linspace(double from, double to, int steps) {
    double[] points = new double[steps + 1];
    for (int i = 0; i <= steps; i++) {
      points[i] = from + i * (to - from) / steps;
    }
    points[steps] = to;
    return points;
  }

  private static double[] map(double[] points, DoubleUnaryOperator function) {
    for (int i = 0; i < points.length; i++) {
      points[i] = function.applyAsDouble(points[i]);
    }
    return points;
  }

  /** Name in configurations, such as {@code log-snr}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Spacing ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
