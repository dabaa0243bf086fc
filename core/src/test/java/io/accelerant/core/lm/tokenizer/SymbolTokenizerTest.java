package io.accelerant.core.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolTokenizerTest {
  private static final Tokenizer BYTES = SymbolTokenizer.named("alphabet:bytes");
  private static final Tokenizer DIGITS = SymbolTokenizer.named("alphabet:0123456789");

  @Property(tries = 300)
  void bytesKeepAnyUnicode(@ForAll String text) {
    if (StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      assertThat(BYTES.decode(BYTES.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void bytesBeyondTheBasicPlaneAreFourTokens() {
    assertThat(BYTES.encode("\uD83D\uDE00")).containsExactly(0xF0, 0x9F, 0x98, 0x80);
  }

  @Test
  void bytesCutInsideACharacterReadAsTheReplacementCharacter() {
    int[] cut = Arrays.copyOf(BYTES.encode("a\u20AC"), 3);
    assertThat(BYTES.decode(cut)).isEqualTo("a\uFFFD");
  }

  @Test
  void halfOfAPairHasNoBytes() {
    assertThatThrownBy(() -> BYTES.encode("a\uD800"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("surrogate");
  }

  @Test
  void theEndEndsAText() {
    assertThat(DIGITS.end()).isEqualTo(10);
    assertThat(DIGITS.size()).isEqualTo(11);
    assertThat(DIGITS.decode(new int[] {1, 2, 10, 3})).isEqualTo("12");
  }

  @Test
  void tokensThatAreNoneReadAsTheReplacementCharacter() {
    assertThat(DIGITS.decode(new int[] {1, 11, -1})).isEqualTo("1\uFFFD\uFFFD");
  }

  @Test
  void aSymbolThatIsMissingIsNamed() {
    assertThatThrownBy(() -> DIGITS.encode("12a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("U+0061 at place 2");
  }

  @Test
  void lettersAreNormalisedFirst() {
    Tokenizer letters = SymbolTokenizer.named("alphabet:letters27");
    assertThat(letters.decode(letters.encode("D\u00E9j\u00E0 -- vu!"))).isEqualTo("deja vu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"alphabet:", "alphabet:aa", "alphabet:\uD83D\uDE00", "letters27"})
  void whatIsNoAlphabetIsRefused(String name) {
    assertThatThrownBy(() -> SymbolTokenizer.named(name))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alphabet:letters27", "alphabet:bytes", "alphabet:0123456789+="})
  void itsBlockRebuildsIt(String name) throws IOException {
    Tokenizer tokenizer = SymbolTokenizer.named(name);
    Tokenizer again = SymbolTokenizer.of(reader(tokenizer.config()));
    assertThat(again).isEqualTo(tokenizer);
    assertThat(again.hash()).isEqualTo(tokenizer.hash());
    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(tokenizer); // for closures
  }

  @Test
  void aBlockOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> SymbolTokenizer.of(reader(Map.of("kind", "bpe"))))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("config.json: kind must be symbols, is bpe");
  }

  @Test
  void whatIsVisibleHasNoWhiteSpace() {
    assertThat(SymbolTokenizer.named("alphabet:a b").visible()).isEqualTo("ab");
    assertThat(BYTES.visible()).hasSize(94).startsWith("!").endsWith("~");
  }

  private static JsonReader reader(Map<String, Object> config) {
    return JsonReader.of(config, "config.json", ArtifactException::new);
  }
}
