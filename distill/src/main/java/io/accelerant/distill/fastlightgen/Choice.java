package io.accelerant.distill.fastlightgen;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which teacher is best for the student, which need not be the strongest: the one whose student is
 * nearest to held-out data and does not jitter.
 *
 * @param candidates in the order of the settings; empty if there was nothing to choose
 * @param full of all that were tried
 * @param guided of those without contrast
 */
record Choice(List<Candidate> candidates, GuidedVelocity full, GuidedVelocity guided) {
  /**
   * @param distance of its student
   * @param jitter of its student
   */
  record Candidate(GuidedVelocity strengths, double distance, double jitter) {}

  /** Without a choice. */
  static Choice only(GuidedVelocity one) {
    return new Choice(List.of(), one, one.withContrast(one.mode().none()));
  }

  /**
   * @param veto largest jitter; where all jitter more, the jitter of none counts
   */
  static Choice of(List<Candidate> candidates, double veto) {
    return new Choice(
        List.copyOf(candidates),
        best(candidates, veto, c -> true),
        best(candidates, veto, c -> !c.strengths.readsPruned()));
  }

  private static GuidedVelocity best(
      List<Candidate> candidates, double veto, Predicate<Candidate> which) {
    List<Candidate> some = candidates.stream().filter(which).toList();
    boolean allJitter = some.stream().allMatch(c -> c.jitter > veto);
    return some.stream()
        .filter(c -> allJitter || c.jitter <= veto)
        .min(Comparator.comparingDouble(Candidate::distance))
        .orElseThrow()
        .strengths;
  }

  /**
   * The teacher of an arm.
   *
   * @param strong contrast of the arm that has too much
   */
  GuidedVelocity strengths(Arm arm, double strong) {
    return switch (arm) {
      case FLG, HALF -> full;
      case NAIVE, UNPRUNED -> guided;
      case STRONG -> full.withContrast(strong);
    };
  }
}
