package io.accelerant.distill.discrete;

import io.accelerant.core.random.RandomStream;

/**
 * Walks a fixed, falling grid of times with a {@link ReverseKernel}, then, if asked, denoises with
 * one more evaluation: M or M+1 evaluations for M steps.
 *
 * @param times t_0 = 1 &gt; t_1 &gt; .. &gt; t_M &gt; 0
 */
public record GridSampler(
    String label,
    ReverseKernel kernel,
    double[] times,
    ScoreTransform transform,
    boolean finalDenoise)
    implements DiscreteSampler {
  private static final long STEP = RandomStream.purpose("discrete.step");

  public GridSampler {
    if (times.length < 2 || times[0] > 1 || !(times[times.length - 1] > 0)) {
      throw new IllegalArgumentException("times must start at 1 at most and end above 0");
    }
    times = times.clone();
    for (int k = 1; k < times.length; k++) {
      if (!(times[k] < times[k - 1])) {
        throw new IllegalArgumentException("times must fall strictly, but do not at step " + k);
      }
    }
  }

  /** The kernel on the model's scores as they are, with the final denoising. */
  public static GridSampler plain(ReverseKernel kernel, double[] times) {
    return new GridSampler(kernel.label(), kernel, times, ScoreTransform.IDENTITY, true);
  }

  /** M equal steps from 1 to {@code end}. */
  public static double[] uniformTimes(int steps, double end) {
    double[] times = new double[steps + 1];
    for (int k = 0; k <= steps; k++) {
      times[k] = 1 - (1 - end) * k / steps;
    }
    times[steps] = end;
    return times;
  }

  @Override
  public Samples sample(DiscreteModel model, long seed, long[] ids) {
    Walk walk = Walk.fromPrior(model, STEP, seed, ids);
    int steps = times.length - 1;
    for (int k = 0; k < steps; k++) {
      walk.evaluate(times[k]);
      walk.step(kernel, transform, times[k + 1]);
    }
    long left = walk.masked();
    if (finalDenoise) {
      walk.evaluate(times[steps]);
      walk.denoise();
    }
    return new Samples(walk.states(), finalDenoise ? steps + 1 : steps, walk.clipped(), left);
  }
}
