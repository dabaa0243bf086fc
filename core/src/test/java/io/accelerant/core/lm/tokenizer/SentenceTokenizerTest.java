package io.accelerant.core.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.EncoderFile;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentenceTokenizerTest {
  private static final SentenceTokenizer TOKENIZER =
      SentenceTokenizer.of(EncoderFile.of(EncoderFile.json()));

  private static int[] inside(String text) {
    int[] tokens = TOKENIZER.encode(text);
    assertThat(tokens[0]).isEqualTo(2);
    assertThat(tokens[tokens.length - 1]).isEqualTo(3);
    return Arrays.copyOfRange(tokens, 1, tokens.length - 1);
  }

  @Test
  void wordsComeOutInTheLongestPieces() {
    assertThat(inside("unaffable able")).containsExactly(4, 5, 6, 7);
  }

  @Test
  void aWordThatDoesNotComeOutIsUnknownAsAWhole() {
    assertThat(inside("unable unx able")).containsExactly(4, 6, 1, 7);
    assertThat(inside("aaaaaaaaaaa")).containsExactly(1); // 11 signs
  }

  @Test
  void caseAndAccentsDoNotCount() {
    assertThat(inside("Caf\u00e9 CAFE\u0301")).containsExactly(11, 11);
  }

  @Test
  void signsStandAlone() {
    assertThat(inside("a,$able")).containsExactly(12, 8, 9, 7);
    assertThat(inside("a\u4f60a")).containsExactly(12, 10, 12);
  }

  @Test
  void controlsAreDroppedAndSpacesCut() {
    assertThat(inside("un\u200baffable\tun\u00a0a\u0000")).containsExactly(4, 5, 6, 4, 12);
  }

  @Test
  void anUnassignedSignIsNotDropped() {
    assertThat(inside("a\u0378")).containsExactly(1);
  }

  @Test
  void theEndOfALongTextIsCutOff() {
    assertThat(inside("a ".repeat(50))).hasSize(6);
  }

  @Test
  void anEmptyTextHasTheTokensAroundIt() {
    assertThat(inside(" ")).isEmpty();
  }

  @Test
  void theTokensAroundATextStayWhereItIsCut() {
    assertThat(TOKENIZER.encode("a ".repeat(50))).containsExactly(2, 12, 12, 12, 12, 12, 12, 3);
  }

  @Test
  void halfOfAPairIsReadAsWhatStandsForIt() {
    assertThat(inside("a\ud83d a")).containsExactly(12, 1, 12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"WordPiece\" ; \"Nope\" ; tokenizer.json is no tokenizer that can be read",
        "\"max_length\":8 ; \"max_length\":2 ; truncation leaves no room for text in 2 tokens",
      })
  void brokenFilesAreExplained(String right, String wrong, String message) {
    String json = EncoderFile.json();
    assertThat(json).contains(right);
    assertThatThrownBy(() -> SentenceTokenizer.of(EncoderFile.of(json.replace(right, wrong))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(message);
  }
}
