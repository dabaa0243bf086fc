package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.MultistepSampler;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.dcsolver.GreedyFit;
import io.accelerant.distill.dcsolver.RatioSearch;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;

/**
 * The control DC-Solver as {@code dc-solver} fits it by default to a network: ratios against the
 * model's own fine trajectory of DDIM from a few starting points, kept where they lower the error
 * at its end.
 */
record CompensationFit(FewSteps plain, int truthSteps, long seed) implements Serializable {
  private static final int ROWS = 8;

  double[] ratios(ContinuousModel model) {
    int[] labels = new int[ROWS];
    Arrays.setAll(labels, plain::label);
    Denoiser denoiser = new Denoiser(model, labels, 1, Thresholding.NONE);
    double[] noise = NoiseRows.drawn(seed, "mmd.dcSolver", 0, ROWS, model.size()).x();
    double[][] truth =
        new ReferenceSolution(ReferenceSolution.Method.DDIM, truthSteps, plain.schedule())
            .states(noise, plain.times(), denoiser);
    MultistepSampler sampler = plain.solver().on(plain.schedule(), plain.times());
    double[] fitted =
        new GreedyFit(sampler, new RatioSearch.Exact(), ContinuousSource.SINGLE)
            .fit(noise, truth, denoiser, update -> true);
    double[] end = truth[truth.length - 1];
    double before = distance(sampler.sample(noise, denoiser), end);
    return distance(sampler.sample(noise, fitted, denoiser), end) < before
        ? fitted
        : plain.ratios();
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }
}
