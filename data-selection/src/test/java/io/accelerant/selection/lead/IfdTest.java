package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IfdTest {
  @Test
  void isTheLossBehindThePromptOverThatWithoutIt() {
    assertThat(Ifd.of(new double[] {1, 3}, new double[] {4, 2})).containsExactly(.25, 1.5);
  }

  @Test
  void anAnswerWithoutALossIsNotDifficult() {
    assertThat(Ifd.of(new double[] {0}, new double[] {0})).containsExactly(0);
  }

  @Test
  void aPromptThatDoesHarmSaysNothing() {
    assertThat(Ifd.difficulty(new double[] {.5, 1, 1.01})).containsExactly(.5, 1, 0);
  }
}
