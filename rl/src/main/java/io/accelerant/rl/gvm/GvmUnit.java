package io.accelerant.rl.gvm;

import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.text.Text;
import java.util.Locale;

/** An arm under a seed. */
record GvmUnit(Arm arm, long seed) implements SavedUnit {
  /** Of its state in a checkpoint, where names have letters, digits, dots and dashes. */
  String name() {
    return Text.of(
        "%s.%s.seed%d",
        arm.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        arm.weighting().label(),
        seed);
  }

  @Override
  public String stage() {
    return "trained." + name();
  }

  @Override
  public String description() {
    return Text.of("gvm-raft: training %s, seed %d", arm, seed);
  }
}
