package io.accelerant.distill.continuous;

import java.util.Objects;

/**
 * The schedule of a model trained on N discrete steps, continued between them: ln alpha at t =
 * (n+1)/N is ln cumprod(1 - beta)_n / 2, linear in between. The network's time is n, not rounded.
 */
public final class DiscreteBetas implements VpSchedule {
  static final String SD_SCALED_LINEAR = "sd-scaled-linear";
  static final String DDPM_LINEAR = "ddpm-linear";
  private static final int STEPS = 1000;
  private static final long serialVersionUID = 1;

  private final String label;
  private final double[] table;

  private DiscreteBetas(String label, double[] betas) {
    this.label = label;
    this.table = new double[betas.length];
    double sum = 0;
    for (int n = 0; n < betas.length; n++) {
      sum += 0.5 * StrictMath.log1p(-betas[n]);
      table[n] = sum;
    }
  }

  /** Stable Diffusion's: beta linear in its square root, .00085 to .012. */
  public static DiscreteBetas stableDiffusion() {
    return scaledLinear(SD_SCALED_LINEAR, 0.00085, 0.012);
  }

  /** beta linear in its square root over 1000 steps. */
  static DiscreteBetas scaledLinear(String label, double first, double last) {
    double[] betas = Spacing.linspace(StrictMath.sqrt(first), StrictMath.sqrt(last), STEPS - 1);
    for (int n = 0; n < STEPS; n++) {
      betas[n] *= betas[n];
    }
    return new DiscreteBetas(label, betas);
  }

  /** That of DDPM (Ho et al. 2020): beta linear, 1e-4 to 0.02. */
  public static DiscreteBetas ddpm() {
    return new DiscreteBetas(DDPM_LINEAR, Spacing.linspace(1e-4, 0.02, STEPS - 1));
  }

  @Override
  public String label() {
    return label;
  }

  /** Below the first and above the last step the outer pieces go on. */
  @Override
  public double logAlpha(double t) {
    double place = t * table.length - 1;
    int n = Math.max(0, Math.min(table.length - 2, (int) Math.floor(place)));
    double part = place - n;
    return part == 1 ? table[n + 1] : table[n] + part * (table[n + 1] - table[n]);
  }

  @Override
  public double time(double logAlpha) {
    int low = 0;
    int high = table.length - 1;
    while (high - low > 1) { // table[low] >= logAlpha >= table[high]
      int middle = (low + high) >>> 1;
      if (table[middle] >= logAlpha) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double part = (logAlpha - table[low]) / (table[low + 1] - table[low]);
    return (low + part + 1) / table.length;
  }

  @Override
  public double start() {
    return 1;
  }

  @Override
  public double end() {
    return 1.0 / table.length;
  }

  @Override
  public boolean isDiscrete() {
    return true;
  }

  @Override
  public double networkTime(double t) {
    return t * table.length - 1;
  }

  @Override
  public double nearest(double t) {
    return Math.floor(t * table.length + 0.5) / table.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DiscreteBetas that && label.equals(that.label);
  }

  @Override
  public int hashCode() {
    return Objects.hash(label);
  }
}
