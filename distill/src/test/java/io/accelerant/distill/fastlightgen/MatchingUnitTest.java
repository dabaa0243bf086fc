package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MatchingUnitTest {
  @Test
  void theLongestTrainingsStartFirst() {
    GuidedVelocity one = new GuidedVelocity(GuidedVelocity.Mode.EXTRAPOLATE, 1, 0);
    MatchingUnit first = new MatchingUnit(Arm.FLG, 1, one, 1, 1, false);
    MatchingUnit longer = new MatchingUnit(Arm.FLG, 4, one, 1, 1, false);
    MatchingUnit whole = new MatchingUnit(Arm.UNPRUNED, 4, one, 1, 1, false);
    assertThat(List.of(first, longer, whole).stream().sorted(MatchingUnit.LONGEST_FIRST))
        .containsExactly(whole, longer, first);
  }
}
