package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import java.io.Serializable;

/**
 * A learned pair of times and coefficients, before it is known to be worth publishing.
 *
 * @param times tau_0 = 1 &gt; .. &gt; tau_M = tEnd
 */
record Fitted(double[] times, Coefficients coefficients) implements Serializable {
  GridSampler sampler(ReverseKernel kernel) {
    return new GridSampler(kernel.label(), kernel, times, coefficients, true);
  }
}
