package io.accelerant.distill.continuous;

/**
 * alpha_t = cos(((t+s)/(1+s)) pi/2) / cos((s/(1+s)) pi/2) of Nichol and Dhariwal (2021). It ends at
 * T = 0.9946, since alpha vanishes at 1.
 */
public record VpCosine(double s) implements VpSchedule {
  static final String LABEL = "vp-cosine";

  /** s = 0.008. */
  public static VpCosine standard() {
    return new VpCosine(0.008);
  }

  @Override
  public String label() {
    return LABEL;
  }

  private double logCos(double t) {
    return StrictMath.log(StrictMath.cos((t + s) / (1 + s) * Math.PI / 2));
  }

  @Override
  public double logAlpha(double t) {
    return logCos(t) - logCos(0);
  }

  @Override
  public double time(double logAlpha) {
    return StrictMath.acos(StrictMath.exp(logAlpha + logCos(0))) * 2 * (1 + s) / Math.PI - s;
  }

  @Override
  public double start() {
    return 0.9946;
  }

  @Override
  public double end() {
    return 1e-3;
  }
}
