package io.accelerant.distill.search;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The Spark stages: the truth of all rows, then candidates measured on them, a unit each. Every
 * stage is saved when it ends.
 */
final class SearchStages implements AutoCloseable {
  private final JobContext context;
  private final SearchSettings settings;
  private final ReferenceSolution reference;
  private final NoiseRows fit;
  private final NoiseRows held;
  private final Stages stages;
  private final Units<ContinuousModel> units;
  private final Shared<Work> shared;
  private final double[][] fitTruth;
  private final double[] times;

  /**
   * What a task needs besides its unit; one copy for each.
   *
   * @param times of all plain solvers, falling
   * @param truth [times][fit rows of {@link SearchSettings#dcRows} * d]; the end is of all fit rows
   */
  record Work(
      SearchSettings settings,
      ContinuousSource source,
      NoiseRows fit,
      NoiseRows held,
      double[] times,
      double[][] truth,
      double[] fitEnds,
      double[] heldEnds)
      implements Serializable {}

  /** The saved part of it. */
  private record Truth(double[][] states, double[] fitEnds, double[] heldEnds) {}
}
