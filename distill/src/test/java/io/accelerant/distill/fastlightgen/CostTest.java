package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CostTest {
  @Test
  void aStudentOfFourStepsAndSevenBlocksRunsAThirtyFifthOfTheBlocks() {
    Cost teacher = new Cost(50, true, 10, 340_000);
    Cost student = new Cost(4, false, 7, 241_360);
    assertThat(teacher.blockEvaluations()).isEqualTo(1000);
    assertThat(student.blockEvaluations()).isEqualTo(28);
    assertThat(student.ratio(teacher)).isCloseTo(35.7, within(.02));
  }

  @Test
  void theGuardOfTheWholeNetworkFires() {
    DriftGuard guard = new DriftGuard(.2, .05);
    assertThat(guard.drift(.21)).isCloseTo(.05, within(1e-12));
    assertThat(guard.isExceeded(.2)).isFalse();
    assertThat(guard.isExceeded(.2101)).isTrue();
    assertThat(guard.isExceeded(Double.NaN)).isTrue();
  }
}
