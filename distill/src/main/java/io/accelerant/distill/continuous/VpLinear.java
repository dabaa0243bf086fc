package io.accelerant.distill.continuous;

/**
 * beta(t) = b0 + (b1 - b0) t, the "VP SDE" of Song et al. (2021): ln alpha = -(b1-b0) t^2/4 - b0
 * t/2.
 */
public record VpLinear(double b0, double b1) implements VpSchedule {
  static final String LABEL = "vp-linear";

  /** b0 = 0.1, b1 = 20. */
  public static VpLinear standard() {
    return new VpLinear(0.1, 20);
  }

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public double logAlpha(double t) {
    return -(b1 - b0) * t * t / 4 - b0 * t / 2;
  }

  /** The root of the quadratic in its form without cancellation, with c = -4 ln alpha. */
  @Override
  public double time(double logAlpha) {
    double c = -4 * logAlpha;
    return c / (b0 + StrictMath.sqrt(b0 * b0 + (b1 - b0) * c));
  }

  @Override
  public double start() {
    return 1;
  }

  @Override
  public double end() {
    return 1e-3;
  }
}
