package io.accelerant.distill.certainty;

import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.text.Text;

/** An arm under a seed: trained inside one task, and saved when it ends. */
record TrainingUnit(Arm arm, long seed) implements SavedUnit {
  @Override
  public String stage() {
    return Text.of("trained.%s.seed%d", arm, seed);
  }

  @Override
  public String description() {
    return Text.of("certainty: training %s, seed %d", arm, seed);
  }
}
