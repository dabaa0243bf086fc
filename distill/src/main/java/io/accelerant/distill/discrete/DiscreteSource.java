package io.accelerant.distill.discrete;

import java.io.Serializable;

/** What travels to the tasks in place of a teacher: enough to open one there. */
public interface DiscreteSource extends Serializable {
  DiffusionProcess process();

  int length();

  /**
   * sha256 that identifies the model: equal hash, equal scores. Samplers learned for it carry it.
   */
  String modelHash();

  /** Opens a teacher for one task; the caller closes it. */
  DiscreteModel open();
}
