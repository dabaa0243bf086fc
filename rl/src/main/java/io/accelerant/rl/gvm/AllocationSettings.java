package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * How samples are shared out.
 *
 * @param alpha takes samples from prompts that are hardly ever solved; 0: from none
 * @param beta how fast with falling p; the theory asks for 2 or more
 * @param threshold prompts of larger p get no share; 1: all may have one
 * @param insufficient prompts get no share that would bring fewer right answers; 0: all may have
 *     one
 * @param floor samples that every prompt gets, out of the total, before anything is shared out
 */
public record AllocationSettings(
    double alpha, double beta, double threshold, double insufficient, long floor)
    implements Serializable {
  /** As published. */
  public static final AllocationSettings DEFAULT = new AllocationSettings(1e-3, 2, 1, 0, 0);

  public AllocationSettings {
    if (!(alpha >= 0 && beta >= 1 && threshold > 0 && insufficient >= 0 && floor >= 0)
        || Double.isInfinite(alpha)
        || Double.isInfinite(beta)) {
      throw new IllegalArgumentException(
          Text.of(
              "alpha, insufficient and floor must be at least 0, beta at least 1, threshold above"
                  + " 0: %s %s %d %s %s",
              alpha, insufficient, floor, beta, threshold));
    }
  }

  public AllocationSettings withFloor(long samples) {
    return new AllocationSettings(alpha, beta, threshold, insufficient, samples);
  }
}
