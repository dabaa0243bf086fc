package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.lm.prompt.Prompt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptRecordTest {
  private static Prompt prompt(int[] ids, int... given) {
    return new Prompt(4, "", "", ids, given, "t");
  }

  @Test
  void rowsComeBackAsTheyWerePacked() {
    int[] ids = IntStream.range(0, 19).map(i -> 152_000 - i * 3000).toArray();
    byte[] record = PromptRecord.pack(prompt(ids, 0, 7, 8, 17), 40);
    assertThat(PromptRecord.length(record)).isEqualTo(19);
    assertThat(PromptRecord.of(record).ids()).isEqualTo(ids);
    assertThat(PromptRecord.of(record).open())
        .containsExactly(1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 18);
  }

  @Test
  void rowsOfEveryLengthHaveOneSize() {
    assertThat(PromptRecord.pack(prompt(new int[] {1}), 9))
        .hasSameSizeAs(PromptRecord.pack(prompt(new int[9], 0, 8), 9));
  }

  @Test
  void longerRowsThanSaidAreRefused() {
    assertThatThrownBy(() -> PromptRecord.pack(prompt(new int[3]), 2))
        .hasMessage("prompt 4 has 3 tokens, more than 2");
  }
}
