package io.accelerant.distill.fastlightgen;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which teacher is best for students of a number of steps, which need not be the strongest: the one
 * whose student is nearest to held-out data, does not jitter and does not lose itself.
 *
 * @param candidates in the order of the settings; empty if there was nothing to choose
 * @param full of all that pruned students tried
 * @param guided of those without contrast
 * @param whole of those that unpruned students tried, which have no contrast
 */
record Choice(
    List<Candidate> candidates, GuidedVelocity full, GuidedVelocity guided, GuidedVelocity whole) {
  /**
   * @param arm pruned or not
   * @param distance of its student
   * @param jitter of its student
   * @param stopped whether its numbers ceased to be numbers
   */
  record Candidate(
      Arm arm, GuidedVelocity strengths, double distance, double jitter, boolean stopped) {
    private boolean isGuided() {
      return !strengths.readsPruned();
    }
  }

  /** Without a choice. */
  static Choice only(GuidedVelocity one) {
    GuidedVelocity guided = one.withContrast(one.mode().none());
    return new Choice(List.of(), one, guided, guided);
  }

  /**
   * @param candidates pruned ones, one without contrast among them; unpruned ones or none
   * @param veto largest jitter; where all jitter more, the jitter of none counts
   */
  static Choice of(List<Candidate> candidates, double veto) {
    List<Candidate> pruned = of(candidates, c -> c.arm == Arm.FLG);
    List<Candidate> whole = of(candidates, c -> c.arm == Arm.UNPRUNED);
    GuidedVelocity guided = best(of(pruned, Candidate::isGuided), veto);
    return new Choice(
        List.copyOf(candidates),
        best(pruned, veto),
        guided,
        whole.isEmpty() ? guided : best(whole, veto));
  }

  private static List<Candidate> of(List<Candidate> candidates, Predicate<Candidate> which) {
    return candidates.stream().filter(which).toList();
  }

  private static GuidedVelocity best(List<Candidate> candidates, double veto) {
    List<Predicate<Candidate>> wanted =
        List.of(c -> !c.stopped && c.jitter <= veto, c -> !c.stopped, c -> true);
    return wanted.stream()
        .map(which -> of(candidates, which))
        .filter(some -> !some.isEmpty())
        .findFirst()
        .orElseThrow()
        .stream()
        .min(Comparator.comparingDouble(Candidate::distance))
        .orElseThrow()
        .strengths;
  }

  /**
   * The teacher of an arm. Half of the blocks has that of the pruned.
   *
   * @param strong contrast of the arm that has too much
   */
  GuidedVelocity strengths(Arm arm, double strong) {
    return switch (arm) {
      case FLG, HALF -> full;
      case NAIVE -> guided;
      case UNPRUNED -> whole;
      case STRONG -> full.withContrast(strong);
    };
  }
}
