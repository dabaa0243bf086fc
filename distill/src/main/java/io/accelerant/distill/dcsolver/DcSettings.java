package io.accelerant.distill.dcsolver;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.model.NoiseKey;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.StatisticsArtifact;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The checked configuration of a run.
 *
 * @param guidances in the order given, each once
 */
record DcSettings(
    SolverSettings solver,
    List<Integer> nfes,
    List<Double> guidances,
    RatioSearch search,
    boolean guard,
    int noiseSets,
    int batch)
    implements Serializable {
  static final NoiseKey FIT_NOISE = new NoiseKey(DcSolverKeys.FIT_NOISE, 1);
  static final NoiseKey EVAL_NOISE = new NoiseKey(DcSolverKeys.EVAL_NOISE, 1);

  static DcSettings of(JobConfig config) {
    SolverSettings solver = SolverSettings.of(config, DcSolverKeys.SOLVER);
    if (config.get(DcSolverKeys.PREDICTOR_ONLY)) {
      if (!config.find(DcSolverKeys.SOLVER.corrector).orElse("false").equals("false")) {
        throw config.invalid(
            DcSolverKeys.SOLVER.corrector, "contradicts dcSolver.predictorOnly = true.");
      }
      solver = solver.with(solver.solver().with(CorrectorUse.NONE));
    }
    config.distinct(DcSolverKeys.NFE);
    config.distinct(DcSolverKeys.GUIDANCE);
    boolean drawn = FIT_NOISE.count(config).isPresent();
    EVAL_NOISE.count(config);
    return new DcSettings(
        solver,
        config.get(DcSolverKeys.NFE),
        config.get(DcSolverKeys.GUIDANCE),
        config.get(DcSolverKeys.OPTIMIZER).equals("exact")
            ? new RatioSearch.Exact()
            : new RatioSearch.AdamW(
                config.get(DcSolverKeys.LEARNING_RATE), config.get(DcSolverKeys.ITERATIONS)),
        config.get(DcSolverKeys.GUARD),
        drawn ? config.get(DcSolverKeys.NOISE_SETS) : 1,
        config.get(DcSolverKeys.BATCH));
  }

  /** As these settings, for a model. */
  DcSettings on(ContinuousSource model) {
    return new DcSettings(solver.on(model), nfes, guidances, search, guard, noiseSets, batch);
  }

  /** The truth for a model. */
  ReferenceSolution truth(JobConfig config, ContinuousSource model) {
    return ReferenceSolution.of(
        config.find(DcSolverKeys.TRUTH),
        config.find(DcSolverKeys.TRUTH_STEPS),
        model,
        solver.schedule());
  }

  /**
   * What DPM-Solver-v3 runs on, for the guidance that it was measured with.
   *
   * @throws io.accelerant.core.error.ArtifactException if it is of another model, schedule or end,
   *     or of none of the guidances
   * @throws io.accelerant.core.error.ConfigException if its grid is too coarse for the steps
   */
  Optional<ModelStatistics> statistics(
      JobContext context, JobConfig config, ContinuousSource model) {
    Optional<StatisticsArtifact> found =
        config
            .find(DcSolverKeys.STATISTICS)
            .map(uri -> StatisticsArtifact.open(uri, context))
            .map(
                artifact -> {
                  double own = artifact.statistics().subject().guidance();
                  return artifact
                      .requireModel(model)
                      .require(solver, guidances.contains(own) ? own : guidances.get(0));
                });
    for (int nfe : found.isPresent() ? nfes : List.<Integer>of()) {
      try {
        found.get().statistics().onGrid(solver.times(nfe));
      } catch (IllegalArgumentException e) {
        throw config.invalid(
            DcSolverKeys.STATISTICS, Text.of("has no %d steps: %s.", nfe, e.getMessage()));
      }
    }
    return found.map(StatisticsArtifact::statistics);
  }

  /** Rows to fit on: all sets, one after the other. */
  NoiseRows fitNoise(JobConfig config, JobContext context, OpenedContinuousModel model) {
    return FIT_NOISE.rows(config, context, model, noiseSets);
  }

  /** Rows to measure on. */
  NoiseRows evalNoise(JobConfig config, JobContext context, OpenedContinuousModel model) {
    return EVAL_NOISE.rows(config, context, model, 1);
  }

  /** All times of all students, falling: the truth is computed once for all of them. */
  double[] times() {
    TreeSet<Double> union = new TreeSet<>();
    nfes.forEach(n -> Arrays.stream(solver.times(n)).forEach(union::add));
    return union.descendingSet().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
