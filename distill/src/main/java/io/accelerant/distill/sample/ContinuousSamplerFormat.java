package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.StepSampler;
import java.util.List;
import java.util.Optional;

/** Learned samplers of continuous models: a solver, and the ratios that its updates take. */
public interface ContinuousSamplerFormat extends SamplerFormat {
  /**
   * Opens {@code sampler.json} of an artifact, or a bare file.
   *
   * @throws io.accelerant.core.error.ArtifactException if there is none, or it is something else
   */
  Learned open(String uri, JobContext context);

  /**
   * Opens what predicts the ratios of settings that were not fitted.
   *
   * @throws io.accelerant.core.error.AccelerantException if it holds something else
   */
  Ratios predicted(String uri, JobContext context);

  /** Ratios by number of steps and guidance. */
  interface Ratios {
    /**
     * @return [steps]
     * @throws io.accelerant.core.error.ArtifactException if there are none for this setting
     */
    double[] ratios(int steps, double guidance);

    /** The artifact or the file, as a parent of the samples. */
    Manifest.Parent source();
  }

  /** A solver that was fitted to one model. */
  interface Learned extends Ratios {
    SolverSettings settings();

    /** Name of the file, for messages. */
    String where();

    /** The guidances that were fitted, as people write them. */
    List<String> guidances();

    /** The times of a number of steps. */
    default double[] times(int steps) {
      return settings().times(steps);
    }

    /**
     * Whether clean data is predicted at each time and noised anew for the next; no solver runs.
     */
    default boolean renoises() {
      return false;
    }

    /**
     * Whether every step makes its own choices: then there is no solver, order or spacing to agree
     * with, and {@link #stepwise} draws.
     */
    default boolean choosesPerStep() {
      return false;
    }

    /**
     * What draws in place of the solver of {@link #settings}.
     *
     * @param steps number of evaluations
     * @throws io.accelerant.core.error.ArtifactException if there is none for this setting
     */
    default Optional<StepSampler> stepwise(int steps, double guidance) {
      return Optional.empty();
    }

    /** Whether it draws any class that is asked for, instead of those it was fitted with. */
    default boolean takesAnyLabel() {
      return false;
    }

    /** The numbers of steps that were fitted for a guidance. */
    int[] steps(double guidance);

    /**
     * @throws io.accelerant.core.error.ArtifactException if it was fitted for another model
     */
    void requireModel(ContinuousSource model);
  }
}
