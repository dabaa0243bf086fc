package io.accelerant.distill.continuous;

/**
 * A variance-preserving schedule: alpha^2 + sigma^2 = 1. It is stored as ln alpha, from which
 * everything else follows without cancellation.
 */
public sealed interface VpSchedule extends Schedule permits VpLinear, VpCosine, DiscreteBetas {
  /** The t at which ln alpha_t has this value. */
  double time(double logAlpha);

  @Override
  default double timeOfLambda(double lambda) {
    return time(logAlphaOfLambda(lambda));
  }

  @Override
  default Node node(double t) {
    return t == 0 ? Node.CLEAN : Node.of(t, logAlpha(t));
  }

  /** sigma^2, since d ln alpha / d lambda = 1 / (1 + e^(2 lambda)). */
  @Override
  default double drift(Node node) {
    return node.sigma() * node.sigma();
  }

  @Override
  default Prediction prediction() {
    return Prediction.NOISE;
  }

  /** ln alpha = -ln(1 + exp(-2 lambda)) / 2, without overflow on either side. */
  static double logAlphaOfLambda(double lambda) {
    return lambda > 0
        ? -0.5 * StrictMath.log1p(StrictMath.exp(-2 * lambda))
        : lambda - 0.5 * StrictMath.log1p(StrictMath.exp(2 * lambda));
  }

  /** Names of these schedules. */
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
