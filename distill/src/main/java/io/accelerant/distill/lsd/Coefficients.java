package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.ScoreTransform;
import java.util.Arrays;

/**
 * The learned coefficients as a change of the scores.
 *
 * @param phi Phi_0 .. Phi_{M-1}
 */
public record Coefficients(CoefficientMode mode, double[] phi) implements ScoreTransform {
  /** The same coefficient at each of M steps. */
  public static Coefficients constant(CoefficientMode mode, double phi, int steps) {
    double[] all = new double[steps];
    Arrays.fill(all, phi);
    return new Coefficients(mode, all);
  }

  @Override
  public void apply(
      DiffusionProcess process, int step, int symbol, double time, double[] scores, int offset) {
    mode.apply(process, phi[step], symbol, scores, offset);
  }
}
