package io.accelerant.distill.continuous;

import java.io.Serializable;

/**
 * A variance-preserving schedule: x_t = alpha_t x_0 + sigma_t eps with alpha^2 + sigma^2 = 1, for t
 * from {@link #end()} (clean) to {@link #start()} (noise). It is stored as ln alpha, from which
 * everything else follows without cancellation.
 */
public sealed interface VpSchedule extends Serializable permits VpLinear, VpCosine, DiscreteBetas {
  /** Name in configurations. */
  String label();

  /** ln alpha_t, falling in t. */
  double logAlpha(double t);

  /** The t at which ln alpha_t has this value. */
  double time(double logAlpha);

  /** The largest time T, where sampling starts. */
  double start();

  /** The smallest time at which the schedule is used unless a caller says otherwise. */
  double end();

  /** Whether it is the table of a model trained on numbered steps, which begins at its end. */
  default boolean isDiscrete() {
    return false;
  }

  /** What a network that was trained with this schedule is given for t. */
  default double networkTime(double t) {
    return t;
  }

  /** The time nearest to t that a network of whole times was trained on; t itself if any was. */
  default double nearest(double t) {
    return t;
  }

  /** {@link #networkTime} of {@link #nearest}: a whole number for a discrete schedule. */
  default double wholeNetworkTime(double t) {
    return Math.rint(networkTime(nearest(t)));
  }

  /** lambda_t = ln(alpha_t / sigma_t). */
  default double lambda(double t) {
    return node(t).lambda();
  }

  /** The t of a lambda. */
  default double timeOfLambda(double lambda) {
    return time(logAlphaOfLambda(lambda));
  }

  /** All that a solver wants to know of a time; 0 is clean data, whatever the schedule. */
  default Node node(double t) {
    return t == 0 ? Node.CLEAN : Node.of(t, logAlpha(t));
  }

  /** ln alpha = -ln(1 + exp(-2 lambda)) / 2, without overflow on either side. */
  static double logAlphaOfLambda(double lambda) {
    return lambda > 0
        ? -0.5 * StrictMath.log1p(StrictMath.exp(-2 * lambda))
        : lambda - 0.5 * StrictMath.log1p(StrictMath.exp(2 * lambda));
  }

  /** Names of all schedules. */
  static String[] labels() {
    return new String[] {
      VpLinear.LABEL, VpCosine.LABEL, DiscreteBetas.SD_SCALED_LINEAR, DiscreteBetas.DDPM_LINEAR
    };
  }

  /**
   * @throws IllegalArgumentException if there is none of that name
   */
  static VpSchedule ofLabel(String label) {
    return switch (label) {
      case VpLinear.LABEL -> VpLinear.standard();
      case VpCosine.LABEL -> VpCosine.standard();
      case DiscreteBetas.SD_SCALED_LINEAR -> DiscreteBetas.stableDiffusion();
      case DiscreteBetas.DDPM_LINEAR -> DiscreteBetas.ddpm();
      default -> throw new IllegalArgumentException("no schedule is called " + label);
    };
  }
}
