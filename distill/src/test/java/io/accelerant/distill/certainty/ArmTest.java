package io.accelerant.distill.certainty;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.distill.certainty.Arm.Texts;
import io.accelerant.distill.certainty.Arm.Variant;
import org.junit.jupiter.api.Test;

class ArmTest {
  /** What differs from its control in two things shows neither. */
  @Test
  void onlyAnArmThatHasNothingElseThanTheEntropyShowsIt() {
    assertThat(new Arm(Texts.GOLD, 2, Variant.PLAIN).showsEntropy()).isTrue();
    assertThat(new Arm(Texts.SELF, 2, Variant.RISING_BETA).showsEntropy()).isTrue();
    assertThat(new Arm(Texts.SELF, 2, Variant.WHOLE_ANSWER).showsEntropy()).isFalse();
    assertThat(new Arm(Texts.SELF, 0, Variant.PLAIN).showsEntropy()).isFalse();
    assertThat(new Arm(Texts.SELF, 0, Variant.ONE_VIEW).showsEntropy()).isFalse();
  }

  @Test
  void aVariantIsHeldAgainstTheSameWithoutIt() {
    Arm variant = new Arm(Texts.TEMPERED, 2, Variant.UNFILTERED);
    assertThat(variant.plain()).hasToString("tempered-beta2");
    assertThat(variant.control()).hasToString("tempered-beta0");
  }
}
