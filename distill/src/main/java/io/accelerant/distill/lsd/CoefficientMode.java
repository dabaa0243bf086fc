package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;

/**
 * What a coefficient Phi_k does to the scores of step k. The own entry of a row stays 1 in all of
 * them.
 */
public enum CoefficientMode {
  /**
   * Phi s: as the paper writes it. On the absorbing graph this only changes how fast positions
   * open.
   */
  SCALE("scale") {
    @Override
    void apply(DiffusionProcess process, double phi, int symbol, double[] scores, int offset) {
      for (int y = 0; y < process.symbols(); y++) {
        if (y != symbol) {
          scores[offset + y] *= phi;
        }
      }
    }
  },
  /**
   * s<sup>Phi</sup>: as the released code does it, which multiplies the log score that the network
   * puts out.
   */
  EXPONENT("exponent") {
    @Override
    void apply(DiffusionProcess process, double phi, int symbol, double[] scores, int offset) {
      for (int y = 0; y < process.symbols(); y++) {
        if (y != symbol) {
          scores[offset + y] = power(scores[offset + y], phi);
        }
      }
    }
  },
  /**
   * c p<sup>Phi</sup> / sum p<sup>Phi</sup> with c = sum s: sharpens the posterior of a masked
   * position and keeps the rate at which it opens. Absorbing graph only.
   */
  POSTERIOR_EXPONENT("posteriorExponent") {
    @Override
    void apply(DiffusionProcess process, double phi, int symbol, double[] scores, int offset) {
      if (process.graph() != DiffusionGraph.ABSORB) {
        throw new IllegalArgumentException(
            "coefficient mode posteriorExponent needs the absorbing graph");
      }
      int end = offset + process.vocabulary();
      double c = 0;
      for (int j = offset; j < end; j++) {
        c += scores[j];
      }
      double sum = 0;
      for (int j = offset; j < end; j++) {
        scores[j] = power(scores[j] / c, phi);
        sum += scores[j];
      }
      for (int j = offset; j < end; j++) {
        scores[j] *= c / sum;
      }
    }
  };

  /**
   * Exponents are held in this range: outside they only hide a failure (coefficients of {@link
   * #SCALE} are not, where the range would do that).
   */
  static final double MIN_EXPONENT = 0.5;

  static final double MAX_EXPONENT = 3;

  private final String label;

  CoefficientMode(String label) {
    this.label = label;
  }

  /** Name in {@code sampler.json}. */
  public String label() {
    return label;
  }

  /**
   * @throws IllegalArgumentException if no mode has this label
   */
  public static CoefficientMode ofLabel(String label) {
    for (CoefficientMode mode : values()) {
      if (mode.label.equals(label)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "coefficientMode must be scale, exponent or posteriorExponent, is " + label);
  }

  /** Changes one row of the scores in place. */
  abstract void apply(
      DiffusionProcess process, double phi, int symbol, double[] scores, int offset);

  static double clipExponent(double phi) {
    return Math.min(MAX_EXPONENT, Math.max(MIN_EXPONENT, phi));
  }

  /** s<sup>phi</sup> with 0<sup>phi</sup> = 0, and no rounding where phi is 1. */
  private static double power(double s, double phi) {
    return s == 0 || phi == 1 ? s : StrictMath.exp(phi * StrictMath.log(s));
  }
}
