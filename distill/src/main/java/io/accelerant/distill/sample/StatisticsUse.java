package io.accelerant.distill.sample;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.model.StatisticsArtifact;
import java.util.List;
import java.util.Optional;

/** What DPM-Solver-v3 needs besides the settings of a solver. */
record StatisticsUse(StatisticsArtifact artifact, PseudoOrder pseudo) {
  /**
   * Empty for another solver.
   *
   * @throws io.accelerant.core.error.ConfigException if the keys do not go with the solver
   * @throws io.accelerant.core.error.ArtifactException if there are no statistics at the URI
   */
  static Optional<StatisticsUse> of(JobContext context, JobConfig config, Solver solver) {
    if (!solver.name().equals(Solver.DPM_V3)) {
      for (Key<?> key : List.of(SampleKeys.STATISTICS, SampleKeys.PSEUDO_ORDER)) {
        if (config.find(key).isPresent()) {
          throw config.invalid(
              key, "is set, but only solver dpm-v3 takes it, not " + solver.name() + ".");
        }
      }
      return Optional.empty();
    }
    String uri =
        config
            .find(SampleKeys.STATISTICS)
            .orElseThrow(
                () ->
                    config.invalid(
                        SampleKeys.STATISTICS,
                        "is required by solver dpm-v3: the URI of an artifact of model-statistics,"
                            + " measured on this model."));
    return Optional.of(
        new StatisticsUse(
            StatisticsArtifact.open(uri, context),
            config
                .find(SampleKeys.PSEUDO_ORDER)
                .map(PseudoOrder::ofLabel)
                .orElse(PseudoOrder.CORRECTOR)));
  }

  /**
   * Times on the grid.
   *
   * @throws io.accelerant.core.error.ConfigException if there are more of them than it has room for
   */
  double[] onGrid(double[] times, JobConfig config) {
    try {
      return artifact.statistics().onGrid(times);
    } catch (IllegalArgumentException e) {
      throw config.invalid(
          SampleKeys.STEPS, "does not go with " + artifact.where() + ": " + e.getMessage() + ".");
    }
  }
}
