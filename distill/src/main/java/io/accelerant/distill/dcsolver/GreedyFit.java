package io.accelerant.distill.dcsolver;

import io.accelerant.distill.continuous.Compensation;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.MultistepSampler;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Fits one ratio after the other along the compensated student's own path: rho_i minimises the
 * distance to the truth at t_i, then update i is done with it.
 *
 * @param roundingUnit of the model's predictions
 */
public record GreedyFit(MultistepSampler sampler, RatioSearch search, double roundingUnit) {

  /**
   * @param noise [batch][d] at T
   * @param truth [N + 1][batch * d], exactly at the student's times
   * @param wanted which updates 1 .. N are fitted; the others keep ratio 1, as do those that have
   *     nothing to interpolate
   * @return [N]
   */
  public double[] fit(double[] noise, double[][] truth, Denoiser model, IntPredicate wanted) {
    double[] ratios = new double[sampler.steps()];
    Arrays.fill(ratios, 1);
    MultistepSampler.State state = sampler.start(noise, model);
    for (int i = 1; i <= sampler.steps(); i++) {
      if (Compensation.isFree(i) && wanted.test(i)) {
        ratios[i - 1] =
            search.search(new StepProblem(sampler, state, model, truth[i], roundingUnit));
      }
      state = sampler.advance(state, ratios[i - 1], model);
    }
    return ratios;
  }
}
