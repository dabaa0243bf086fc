package io.accelerant.distill.search;

import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.StepSchedule;
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

  /** x at the end, or empty where it diverges. */
  Optional<double[]> end(double[] noise, SearchSettings settings, Denoiser denoiser);

  /** A schedule of steps. */
  record Steps(StepSchedule schedule) implements Trial {
    @Override
    public Optional<double[]> end(double[] noise, SearchSettings settings, Denoiser denoiser) {
      return new StepSampler(schedule.on(settings.solver()), settings.solver().schedule())
          .sampleWithin(noise, denoiser, LARGEST);
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
    public Optional<double[]> end(double[] noise, SearchSettings settings, Denoiser denoiser) {
      return Optional.of(
          settings
              .plain(solver, spacing)
              .sampler(ratios.length)
              .sample(noise, ratios, denoiser));
    }

    String describe() {
      return solver.describe()
          + ", "
          + spacing.label()
          + (solver.finalOrder().order(solver.order(), ratios.length, ratios.length)
                  < Math.min(solver.order(), ratios.length)
              ? ""
              : ", order kept at the end");
    }
  }

  /** Mean squared error at the end of each row, in micro-batches by row id. */
  default double[] errors(
      SearchSettings settings, ContinuousModel model, NoiseRows noise, double[] truth) {
    double[] errors = new double[noise.rows()];
    int size = noise.size();
    for (int from = 0; from < noise.rows(); from += settings.batch()) {
      int to = Math.min(from + settings.batch(), noise.rows());
      Denoiser denoiser =
          settings.solver().denoiser(model, settings.guidance(), from, to - from);
      Optional<double[]> x = end(noise.slice(from, to), settings, denoiser);
      for (int row = from; row < to; row++) {
        errors[row] = x.isEmpty() ? DIVERGED : error(x.get(), (row - from) * size, truth, row * size, size);
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
