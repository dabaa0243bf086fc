package io.accelerant.distill.search;

import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.FinalOrder;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.MultistepSampler;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.StepSchedule;
import io.accelerant.distill.continuous.V3Sampler;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/** A sampler that is measured: a schedule of steps, or a plain solver. */
sealed interface Trial extends Serializable {
  /** The error of a row whose sampler diverges. */
  double DIVERGED = 1e30;

  /** The largest number that a state may hold. */
  double LARGEST = 1e4;

  /** A trial made ready for any number of batches. */
  interface Ready {
    /** x at the end, or empty where it diverges. */
    Optional<double[]> end(double[] noise, Denoiser denoiser);
  }

  Ready ready(SearchSettings settings, Optional<ModelStatistics> statistics);

  /** A schedule of steps. */
  record Steps(StepSchedule schedule) implements Trial {
    @Override
    public Ready ready(SearchSettings settings, Optional<ModelStatistics> statistics) {
      StepSampler sampler = sampler(settings, statistics);
      return (noise, denoiser) -> sampler.sampleWithin(noise, denoiser, LARGEST);
    }

    StepSampler sampler(SearchSettings settings, Optional<ModelStatistics> statistics) {
      return new StepSampler(
          schedule.on(settings.solver(), statistics), settings.solver().schedule(), statistics);
    }
  }

  /** A sampler as it was published, at its own times. */
  record Published(StepSampler sampler) implements Trial {
    @Override
    public Ready ready(SearchSettings settings, Optional<ModelStatistics> statistics) {
      return (noise, denoiser) -> sampler.sampleWithin(noise, denoiser, LARGEST);
    }
  }

  /**
   * A plain solver with a spacing.
   *
   * @param ratios of DC-Solver, one a step; 1 for the solver as it is
   */
  record Plain(Solver solver, Spacing spacing, double[] ratios) implements Trial {
    static Plain of(Solver solver, Spacing spacing, int steps) {
      double[] ones = new double[steps];
      Arrays.fill(ones, 1);
      return new Plain(solver, spacing, ones);
    }

    @Override
    public Ready ready(SearchSettings settings, Optional<ModelStatistics> statistics) {
      SolverSettings own = settings.plain(solver, spacing);
      if (solver.name().equals(Solver.DPM_V3)) {
        ModelStatistics given = statistics.orElseThrow();
        V3Sampler sampler =
            new V3Sampler(
                given, solver, PseudoOrder.CORRECTOR, given.onGrid(own.times(ratios.length)));
        return (noise, denoiser) -> Optional.of(sampler.sample(noise, denoiser));
      }
      MultistepSampler sampler = own.sampler(ratios.length);
      return (noise, denoiser) -> Optional.of(sampler.sample(noise, ratios, denoiser));
    }

    String describe() {
      boolean kept = solver.order() > 1 && solver.finalOrder() == FinalOrder.NEVER;
      return Text.of(
          "%s%s, %s", solver.describe(), kept ? ", order kept at the end" : "", spacing.label());
    }
  }

  /** Mean squared error at the end of each row, in micro-batches by row id. */
  default double[] errors(
      SearchSettings settings,
      Optional<ModelStatistics> statistics,
      ContinuousModel model,
      NoiseRows noise,
      double[] truth) {
    Ready ready = ready(settings, statistics);
    double[] errors = new double[noise.rows()];
    int size = noise.size();
    for (int from = 0; from < noise.rows(); from += settings.batch()) {
      int to = Math.min(from + settings.batch(), noise.rows());
      Denoiser denoiser = settings.solver().denoiser(model, settings.guidance(), from, to - from);
      Optional<double[]> x = ready.end(noise.slice(from, to), denoiser);
      for (int row = from; row < to; row++) {
        errors[row] =
            x.isEmpty() ? DIVERGED : error(x.get(), (row - from) * size, truth, row * size, size);
      }
    }
    return errors;
  }

  private static double error(double[] x, int from, double[] truth, int at, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double difference = x[from + i] - truth[at + i];
      sum += difference * difference;
    }
    return Math.min(DIVERGED, sum / size);
  }
}
