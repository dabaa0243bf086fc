package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteSource;
import java.util.Optional;

/** Learned samplers of discrete models. */
public interface DiscreteSamplerFormat extends SamplerFormat {
  /**
   * Opens {@code sampler.json} of an artifact, or a bare file.
   *
   * @param steps which of its samplers; empty for the first
   * @throws io.accelerant.core.error.ArtifactException if there is none, or it is something else
   */
  Learned open(String uri, Optional<Integer> steps, JobContext context);

  /** A sampler that was learned for one model. */
  interface Learned {
    DiffusionProcess process();

    /** Positions of a sequence. */
    int length();

    /** The artifact or the file, as a parent of the samples. */
    Manifest.Parent source();

    /**
     * The sampler itself.
     *
     * @throws io.accelerant.core.error.ArtifactException if it was learned for another model
     */
    DiscreteSampler of(DiscreteSource model);
  }
}
