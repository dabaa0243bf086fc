package io.accelerant.rl.weight;

import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * How to weigh.
 *
 * @param alpha temperature: scores lie in [0, 1], so two transitions differ by at most e^(1/alpha)
 * @param top share of trajectories that {@link Weighting#TOP} keeps
 * @param clip quantile to which scores are clipped at both ends, against outliers; 0: not
 */
public record WeightSettings(Weighting weighting, double alpha, double top, double clip)
    implements Serializable {
  public WeightSettings {
    if (!(alpha > 0) || !(top > 0 && top <= 1) || !(clip >= 0 && clip < 0.5)) {
      throw new IllegalArgumentException(
          Text.of(
              "alpha must be positive, top in (0, 1], clip in [0, 0.5): %s %s %s",
              alpha, top, clip));
    }
  }

  /** Without clipping; alpha 0.1 and top 0.1 are those of the paper's tables. */
  public static WeightSettings of(Weighting weighting) {
    return new WeightSettings(weighting, 0.1, 0.1, 0);
  }
}
