package io.accelerant.distill.statistics;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.FinalOrder;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StatisticsProbe;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.continuous.UniPc;
import java.io.Serializable;
import java.util.List;

/**
 * The checked configuration of a run.
 *
 * @param solver DPM-Solver-v3 as it is compared with others
 * @param points of the grid
 * @param step of the differences; 0 until the model is known
 */
record StatisticsSettings(
    SolverSettings solver,
    double guidance,
    int samples,
    int points,
    double step,
    int heldOut,
    int controlSteps,
    List<Integer> nfes,
    int batch,
    long seed)
    implements Serializable {

  /** Rows that one unit measures at a grid point: micro-batches of at least so many rows. */
  private static final int LEAST_ROWS = 256;

  static StatisticsSettings of(JobConfig config) {
    Schedule schedule =
        Schedule.ofLabel(config.find(ModelStatisticsKeys.SOLVER.schedule).orElse("vp-linear"));
    double tEnd =
        config.isGiven(ModelStatisticsKeys.T_END)
            ? config.get(ModelStatisticsKeys.T_END)
            : schedule.end();
    double guidance = config.get(ModelStatisticsKeys.GUIDANCE);
    int order = config.find(ModelStatisticsKeys.SOLVER.order).orElse(Solver.v3Order(guidance));
    if (order > Solver.highest(Solver.DPM_V3)) {
      throw config.invalid(ModelStatisticsKeys.SOLVER.order, "is 4; dpm-v3 takes 1 to 3.");
    }
    Solver v3 =
        new Solver(Solver.DPM_V3, order, UniPc.Variant.BH2, CorrectorUse.ALL, FinalOrder.ALWAYS);
    if (!v3.suits(schedule)) {
      throw config.invalid(
          ModelStatisticsKeys.SOLVER.schedule,
          "is flow, on which dpm-v3 is not defined; expected a variance-preserving schedule.");
    }
    SolverSettings.requireTime(schedule, tEnd, config, ModelStatisticsKeys.T_END);
    config.distinct(ModelStatisticsKeys.NFE);
    StatisticsSettings settings =
        new StatisticsSettings(
            new SolverSettings(
                schedule,
                tEnd,
                Spacing.ofLabel(config.find(ModelStatisticsKeys.SOLVER.spacing).orElse("log-snr")),
                v3,
                config.find(ModelStatisticsKeys.SOLVER.label).orElse(List.of()),
                Thresholding.NONE,
                false),
            guidance,
            config.get(ModelStatisticsKeys.SAMPLES),
            config.get(ModelStatisticsKeys.GRID) + 1,
            config.find(ModelStatisticsKeys.STEP).orElse(0.0),
            config.get(ModelStatisticsKeys.HELD_OUT),
            config.get(ModelStatisticsKeys.CONTROL_STEPS),
            config.get(ModelStatisticsKeys.NFE),
            config.get(ModelStatisticsKeys.BATCH),
            config.get(RunKeys.SEED));
    settings.requireGrid(config);
    return settings;
  }

  /** Every number of steps must find its own grid points. */
  private void requireGrid(JobConfig config) {
    ModelStatistics grid = ModelStatistics.constant(subject(""), points, 1, 1, 0, 0);
    for (int steps : nfes) {
      requireGrid(grid, steps, config);
    }
    requireGrid(grid, controlSteps, config);
  }

  private void requireGrid(ModelStatistics grid, int steps, JobConfig config) {
    try {
      grid.onGrid(solver.times(steps));
    } catch (IllegalArgumentException e) {
      throw config.invalid(
          ModelStatisticsKeys.GRID,
          Text.of("is too coarse for %d steps: %s.", steps, e.getMessage()));
    }
  }

  /** Whose statistics are measured. */
  ModelStatistics.Subject subject(String modelHash) {
    return new ModelStatistics.Subject(
        modelHash, solver.schedule(), solver.tEnd(), guidance, solver.labels());
  }

  /**
   * As these settings, for a model.
   *
   * @throws io.accelerant.core.error.ConfigException if it cannot be asked for what is needed
   */
  StatisticsSettings on(ContinuousSource model, JobConfig config) {
    if (model.takesWholeTimes()) {
      throw config.invalid(
          ModelStatisticsKeys.MODEL,
          "takes whole times alone; statistics need the derivative of its predictions in time.");
    }
    solver.check(model, guidance, config, ModelStatisticsKeys.SOLVER, ModelStatisticsKeys.GUIDANCE);
    return new StatisticsSettings(
        solver,
        guidance,
        samples,
        points,
        step > 0 ? step : StatisticsProbe.usualStep(model),
        heldOut,
        controlSteps,
        nfes,
        batch,
        seed);
  }

  /** The truth for a model. */
  ReferenceSolution truth(JobConfig config, ContinuousSource model) {
    return ReferenceSolution.of(
        config.find(ModelStatisticsKeys.TRUTH),
        config.find(ModelStatisticsKeys.TRUTH_STEPS),
        model,
        solver.schedule());
  }

  /** Rows of a unit, whole micro-batches. */
  int unitRows() {
    return batch * Math.max(1, LEAST_ROWS / batch);
  }
}
