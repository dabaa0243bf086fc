package io.accelerant.core.train;

import io.accelerant.core.job.GpuStage;
import java.io.Serializable;

/**
 * What one worker computes in one round: a pure function of the parameters and its batch, so that a
 * task that is run again gives the same bits. It travels in closures: it holds specifications,
 * never a graph.
 */
@FunctionalInterface
public interface WorkerStep extends Serializable {
  /**
   * @param parameters those that the learner broadcast; not to be changed
   * @param batch the worker's examples
   * @return sums whose totals begin with the loss
   */
  Sums on(Flat parameters, Batch batch);

  /** What the stage of such steps asks Spark for. */
  default GpuStage stage() {
    return GpuStage.NONE;
  }
}
