package io.accelerant.core.run;

import java.io.Serializable;

/** A unit of work that takes long enough to be saved as soon as it ends. */
public interface SavedUnit extends Serializable {
  /** Name of its stage in the checkpoint. */
  String stage();

  /** What Spark's pages and event log call it. */
  String description();
}
