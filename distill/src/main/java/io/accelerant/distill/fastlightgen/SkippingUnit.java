package io.accelerant.distill.fastlightgen;

import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.text.Text;
import io.accelerant.distill.fastlightgen.StageTwoSettings.Lesson;

/**
 * A training of stage II under a seed, inside one task.
 *
 * @param size on the way to which network
 */
record SkippingUnit(Lesson lesson, Size size, long seed) implements SavedUnit {
  /** What is pruned in the end. */
  enum Size {
    /** P. */
    PRUNED,
    /** U, half of the blocks. */
    HALF;
  }

  /** As tables name it. */
  String label() {
    return lesson.label() + (size == Size.HALF ? "-half" : "");
  }

  @Override
  public String stage() {
    return Text.of("skipping.%s.seed%d", label(), seed);
  }

  @Override
  public String description() {
    return Text.of("fastlightgen: stage II, %s, seed %d", label(), seed);
  }
}
