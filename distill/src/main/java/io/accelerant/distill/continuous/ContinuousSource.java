package io.accelerant.distill.continuous;

import io.accelerant.core.job.GpuStage;
import java.io.Serializable;

/** What travels to the tasks in place of a model: enough to open one there. */
public interface ContinuousSource extends Serializable {
  /** Rounding unit of float64 results. */
  double DOUBLE = 0x1.0p-53;

  /** Rounding unit of float32 results. */
  double SINGLE = 0x1.0p-24;

  /** Numbers d in one x. */
  int size();

  /** Number of classes; 0 for a model that takes no label. */
  int classes();

  /** Whether {@link ContinuousModel#NO_LABEL} is a label: guidance needs it. */
  default boolean takesNoLabel() {
    return true;
  }

  /** Whether it takes the numbers of its schedule's steps for times, and nothing between them. */
  default boolean takesWholeTimes() {
    return false;
  }

  /** sha256 that identifies the model: equal hash, equal predictions. Samplers carry it. */
  String modelHash();

  /** Relative rounding error of a prediction: how close two points may be for a difference. */
  double roundingUnit();

  /** What stages that open the model ask Spark for. */
  default GpuStage stage() {
    return GpuStage.NONE;
  }

  /** Opens the model for one task; the caller closes it. */
  ContinuousModel open();
}
