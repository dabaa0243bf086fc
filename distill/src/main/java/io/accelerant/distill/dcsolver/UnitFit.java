package io.accelerant.distill.dcsolver;

import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.V3Sampler;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The work of one task: fit the ratios of one (NFE, guidance, noise set), and measure them and
 * their controls on other noise.
 */
final class UnitFit {
  private final DcSettings settings;
  private final ContinuousSource source;
  private final ContinuousModel model;

  UnitFit(DcSettings settings, ContinuousSource source, ContinuousModel model) {
    this.settings = settings;
    this.source = source;
    this.model = model;
  }

  /**
   * What a fit found.
   *
   * @param ratios [N]
   * @param onlyLast [N], fitted with only the last ratio free
   * @param fitBefore mean squared error at the end on the rows of the fit, without ratios
   * @param fitAfter with them
   * @param modelCalls that the fit took
   * @param errors [arms][rows], mean squared error at the end of each held-out row
   */
  record Result(
      double[] ratios,
      double[] onlyLast,
      double fitBefore,
      double fitAfter,
      double modelCalls,
      double[][] errors)
      implements Serializable {
    /** Whether the ratios lower the error at the end on their own rows. */
    boolean improves() {
      return fitAfter < fitBefore;
    }
  }

  /**
   * @param noise all rows to fit on
   * @param truth [N + 1][set rows], exactly at the student's times
   * @param set which rows
   * @param held rows to measure on, and the truth at their end
   */
  Result run(
      int steps,
      double guidance,
      NoiseRows noise,
      double[][] truth,
      int set,
      NoiseRows held,
      double[] heldTruth) {
    int rows = noise.rows() / settings.noiseSets();
    int from = set * rows;
    double[] own = noise.slice(from, from + rows);
    SolverSettings solver = settings.solver();
    Denoiser denoiser = solver.denoiser(model, guidance, from, rows);
    GreedyFit fit = new GreedyFit(solver.sampler(steps), settings.search(), source.roundingUnit());
    double[] ratios = fit.fit(own, truth, denoiser, i -> true);
    int calls = denoiser.modelCalls();
    double[] onlyLast = fit.fit(own, truth, denoiser, i -> i == steps);
    List<Arm> arms = Arm.of(solver, ratios, onlyLast, set == 0);
    double[][] errors = new double[arms.size()][];
    for (int a = 0; a < errors.length; a++) {
      errors[a] =
          errors(
              solver.with(arms.get(a).solver()), arms.get(a).ratios(), guidance, held, heldTruth);
    }
    return new Result(
        ratios,
        onlyLast,
        StepProblem.meanSquare(solver.sampler(steps).sample(own, denoiser), truth[steps]),
        StepProblem.meanSquare(solver.sampler(steps).sample(own, ratios, denoiser), truth[steps]),
        calls,
        errors);
  }

  /** Mean squared error at the end of each row, in micro-batches by row id. */
  double[] errors(
      SolverSettings solver, double[] ratios, double guidance, NoiseRows held, double[] truth) {
    return errors(
        guidance,
        held,
        truth,
        (x, denoiser) -> solver.sampler(ratios.length).sample(x, ratios, denoiser));
  }

  /**
   * As {@link #errors}, of DPM-Solver-v3 in its usual form: order 3, under guidance 2, pseudo-order
   * in the corrector, times rounded to the grid.
   */
  double[] v3Errors(int steps, ModelStatistics statistics, NoiseRows held, double[] truth) {
    double guidance = statistics.subject().guidance();
    V3Sampler sampler =
        new V3Sampler(
            statistics,
            Solver.v3(guidance, CorrectorUse.ALL),
            PseudoOrder.CORRECTOR,
            statistics.onGrid(settings.solver().times(steps)));
    return errors(guidance, held, truth, sampler::sample);
  }

  private double[] errors(
      double guidance,
      NoiseRows held,
      double[] truth,
      BiFunction<double[], Denoiser, double[]> sampler) {
    double[] errors = new double[held.rows()];
    int size = held.size();
    for (int from = 0; from < held.rows(); from += settings.batch()) {
      int to = Math.min(from + settings.batch(), held.rows());
      Denoiser denoiser = settings.solver().denoiser(model, guidance, from, to - from);
      double[] x = sampler.apply(held.slice(from, to), denoiser);
      for (int row = from; row < to; row++) {
        double[] end = Arrays.copyOfRange(x, (row - from) * size, (row - from + 1) * size);
        double[] goal = Arrays.copyOfRange(truth, row * size, (row + 1) * size);
        errors[row] = StepProblem.meanSquare(end, goal);
      }
    }
    return errors;
  }
}
