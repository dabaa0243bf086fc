package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;

/**
 * A learned pair of times and coefficients, before it is known to be worth publishing.
 *
 * @param times tau_0 = 1 &gt; .. &gt; tau_M = tEnd
 */
record Fitted(double[] times, Coefficients coefficients) {
  GridSampler sampler(String label, ReverseKernel kernel) {
    return new GridSampler(label, kernel, times, coefficients, true);
  }
}
