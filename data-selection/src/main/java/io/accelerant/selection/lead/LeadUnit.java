package io.accelerant.selection.lead;

import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.text.Text;

/** An arm under a seed. */
record LeadUnit(Arm arm, long seed) implements SavedUnit {
  /** Of its state in a checkpoint, where names have letters, digits, dots and dashes. */
  String name() {
    return Text.of("%s.seed%d", arm.label(), seed);
  }

  @Override
  public String stage() {
    return "trained." + name();
  }

  @Override
  public String description() {
    return Text.of("lead: training %s, seed %d", arm.label(), seed);
  }
}
