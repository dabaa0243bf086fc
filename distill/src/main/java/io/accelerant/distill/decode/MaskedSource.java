package io.accelerant.distill.decode;

import io.accelerant.core.job.GpuStage;
import java.io.Serializable;

/** What travels to the tasks in place of a masked model: enough to open one there. */
public interface MaskedSource extends Serializable {
  /** What stages that open the model ask Spark for. */
  default GpuStage stage() {
    return GpuStage.NONE;
  }

  /** Opens the model for one task; the caller closes it. */
  MaskedModel open();
}
