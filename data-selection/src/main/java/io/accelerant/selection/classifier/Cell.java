package io.accelerant.selection.classifier;

import java.io.Serializable;

/**
 * One training run of the table.
 *
 * @param ratio r; 1 for {@link Choice#FULL}
 * @param seed of weights and of the subsets
 */
record Cell(Choice choice, double ratio, long seed) implements Serializable {
  /** Without the seed: the prefix of its metrics. */
  String row() {
    return choice == Choice.FULL ? choice.label() : choice.label() + ".r" + ratio;
  }

  /** Name of its stage in the checkpoint. */
  String stage() {
    return row() + ".seed" + seed;
  }
}
