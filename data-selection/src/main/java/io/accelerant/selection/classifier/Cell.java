package io.accelerant.selection.classifier;

import io.accelerant.core.run.SavedUnit;

/**
 * One training run of the table.
 *
 * @param ratio r; 1 for {@link Choice#FULL}
 * @param seed of weights and of the subsets
 */
record Cell(Choice choice, double ratio, long seed) implements SavedUnit {
  /** Without the seed: the prefix of its metrics. */
  String row() {
    return choice == Choice.FULL ? choice.label() : choice.label() + ".r" + ratio;
  }

  @Override
  public String stage() {
    return row() + ".seed" + seed;
  }

  @Override
  public String description() {
    return "train " + stage();
  }
}
