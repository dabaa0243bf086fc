package io.accelerant.distill.discrete;

import java.io.Serializable;

/** Total noise sigma_bar(t) and its rate sigma(t) = d sigma_bar / dt, for t in [0, 1]. */
public sealed interface NoiseSchedule extends Serializable {
  /** sigma_bar(t). */
  double total(double t);

  /** sigma(t). */
  double rate(double t);

  /** The time at which the total noise is {@code total}; below 0 if the noise at time 0 is more. */
  double time(double total);

  private static double check(double t) {
    if (!(t >= 0 && t <= 1)) {
      throw new IllegalArgumentException("time must be in [0, 1], is " + t);
    }
    return t;
  }

  /**
   * sigma_bar(t) = -log(1 - (1-eps) t): on the absorbing graph the mask probability is (1-eps) t.
   */
  record LogLinear(double eps) implements NoiseSchedule {
    public LogLinear {
      if (!(eps > 0 && eps < 1)) {
        throw new IllegalArgumentException("eps must be in (0, 1), is " + eps);
      }
    }

    @Override
    public double total(double t) {
      return -StrictMath.log(kept(t));
    }

    @Override
    public double rate(double t) {
      return (1 - eps) / kept(t);
    }

    @Override
    public double time(double total) {
      return -StrictMath.expm1(-total) / (1 - eps);
    }

    /** 1 - (1-eps) t, written so that no digits are lost near t = 1. */
    private double kept(double t) {
      return (1 - check(t)) + eps * t;
    }
  }

  /** sigma_bar(t) = min<sup>1-t</sup> max<sup>t</sup>. */
  record Geometric(double min, double max) implements NoiseSchedule {
    public Geometric {
      if (!(min > 0 && max > min && max < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "0 < min < max is needed, is min " + min + ", max " + max);
      }
    }

    @Override
    public double total(double t) {
      return StrictMath.exp((1 - check(t)) * StrictMath.log(min) + t * StrictMath.log(max));
    }

    @Override
    public double rate(double t) {
      return total(t) * StrictMath.log(max / min);
    }

    @Override
    public double time(double total) {
      return StrictMath.log(total / min) / StrictMath.log(max / min);
    }
  }
}
