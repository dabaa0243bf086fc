package io.accelerant.distill.fastlightgen;

import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.text.Text;
import java.util.Comparator;

/**
 * A training of stage III under a seed, inside one task.
 *
 * @param strengths of its teacher
 * @param updates of the generator
 * @param searched whether it is a candidate of the search
 */
record MatchingUnit(
    Arm arm, int steps, GuidedVelocity strengths, int updates, long seed, boolean searched)
    implements SavedUnit {
  /** An update of more steps takes longer, and so does one of a network with all of its blocks. */
  static final Comparator<MatchingUnit> LONGEST_FIRST =
      Comparator.comparingInt(MatchingUnit::steps)
          .reversed()
          .thenComparing(unit -> unit.arm() != Arm.UNPRUNED);

  /** Whether the run goes on without it: a candidate, or what is to be too much. */
  boolean mayFail() {
    return searched || arm == Arm.STRONG;
  }

  /** As tables name it. */
  String label() {
    return searched
        ? Text.of(
            "search.%s.n%d.guidance%s.contrast%s",
            arm.label(), steps, strengths.guidance(), strengths.contrast())
        : Text.of("%s.n%d", arm.label(), steps);
  }

  @Override
  public String stage() {
    return Text.of("matching.%s.seed%d", label(), seed);
  }

  @Override
  public String description() {
    return Text.of("fastlightgen: stage III, %s, seed %d", label(), seed);
  }
}
