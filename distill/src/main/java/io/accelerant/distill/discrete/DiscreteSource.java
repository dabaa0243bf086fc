package io.accelerant.distill.discrete;

import io.accelerant.core.job.GpuStage;
import java.io.Serializable;

/** What travels to the tasks in place of a model: enough to open one there. */
public interface DiscreteSource extends Serializable {
  DiffusionProcess process();

  int length();

  /**
   * sha256 that identifies the model: equal hash, equal scores. Samplers learned for it carry it.
   */
  String modelHash();

  /** What stages that open the model ask Spark for. */
  default GpuStage stage() {
    return GpuStage.NONE;
  }

  /** Opens the model for one task; the caller closes it. */
  DiscreteModel open();
}
