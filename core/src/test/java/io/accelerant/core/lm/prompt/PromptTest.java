package io.accelerant.core.lm.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTest {
  private static final Tokenizer DIGITS = SymbolTokenizer.of("0123456789=");

  @Test
  void anAnswerFollowsItsPromptAndEnds() {
    Prompt prompt = Prompt.following(3, "12=", "3", "sum", DIGITS);
    assertThat(prompt.ids()).containsExactly(1, 2, 10, 3, 11);
    assertThat(prompt.given()).containsExactly(0, 1, 2);
    assertThat(prompt.open()).containsExactly(3, 4);
    assertThat(prompt.promptIds()).containsExactly(1, 2, 10);
    assertThat(prompt.isCausal()).isTrue();
  }

  @Test
  void aClozeHasItsAnswersInTheGaps() {
    Prompt prompt = Prompt.cloze(3, "1_3_", "24", "chain", DIGITS);
    assertThat(prompt.ids()).containsExactly(1, 2, 3, 4);
    assertThat(prompt.given()).containsExactly(0, 2);
    assertThat(prompt.isCausal()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1_3_,2", "1_3_,245", "13,2"})
  void aClozeNeedsASymbolForEachGap(String prompt, String answer) {
    assertThatThrownBy(() -> Prompt.cloze(0, prompt, answer, "chain", DIGITS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one symbol for each gap");
  }

  @Test
  void whatTheTokenizerCannotWriteIsRefused() {
    assertThatThrownBy(() -> Prompt.following(0, "a", "1", "sum", DIGITS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Prompt.cloze(0, "a_", "1", "sum", DIGITS))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
