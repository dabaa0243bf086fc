package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.distill.fastlightgen.Choice.Candidate;
import io.accelerant.distill.fastlightgen.GuidedVelocity.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private static final double VETO = 2;

  private static GuidedVelocity teacher(double guidance, double contrast) {
    return new GuidedVelocity(Mode.EXTRAPOLATE, guidance, contrast);
  }

  private static Candidate pruned(GuidedVelocity teacher, double distance, double jitter) {
    return new Candidate(Arm.FLG, teacher, distance, jitter, false);
  }

  @Test
  void theNearestStudentThatDoesNotJitterDecides() {
    Choice choice =
        Choice.of(
            List.of(
                pruned(teacher(1, 0), .5, 1),
                pruned(teacher(2, 0), .4, 1),
                pruned(teacher(1, .5), .3, 1),
                pruned(teacher(2, .5), .1, 3)),
            VETO);
    assertThat(choice.full()).isEqualTo(teacher(1, .5));
    assertThat(choice.guided()).isEqualTo(teacher(2, 0));
    assertThat(choice.strengths(Arm.STRONG, .75)).isEqualTo(teacher(1, .75));
  }

  @Test
  void unprunedStudentsHaveTheirOwnTeacher() {
    Choice choice =
        Choice.of(
            List.of(
                pruned(teacher(1, 0), .4, 1),
                pruned(teacher(2, 0), .5, 1),
                new Candidate(Arm.UNPRUNED, teacher(1, 0), .4, 1, false),
                new Candidate(Arm.UNPRUNED, teacher(2, 0), .3, 1, false)),
            VETO);
    assertThat(choice.strengths(Arm.UNPRUNED, .75)).isEqualTo(teacher(2, 0));
    assertThat(choice.strengths(Arm.NAIVE, .75)).isEqualTo(teacher(1, 0));
  }

  @Test
  void whereAllJitterTheNearestCounts() {
    Choice choice =
        Choice.of(List.of(pruned(teacher(1, 0), .4, 5), pruned(teacher(2, 0), .3, 9)), VETO);
    assertThat(choice.full()).isEqualTo(teacher(2, 0));
  }

  @Test
  void whatLostItselfIsNotChosen() {
    Choice choice =
        Choice.of(
            List.of(
                pruned(teacher(1, 0), .4, 5), new Candidate(Arm.FLG, teacher(2, 0), .1, 1, true)),
            VETO);
    assertThat(choice.full()).isEqualTo(teacher(1, 0));
  }
}
