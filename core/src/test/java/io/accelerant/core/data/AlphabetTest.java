package io.accelerant.core.data;

import static io.accelerant.core.data.Alphabet.BYTES;
import static io.accelerant.core.data.Alphabet.LETTERS27;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlphabetTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "Hello, World!|hello world",
        "  --don't 4get--  |don t get",
        "Café NAÏVE Ångström|cafe naive angstrom",
        "ﬁne Ｆull İstanbul|fine full istanbul",
        "a\u00e9\u0301b|aeb",
        "日本 text 12|text",
        "tab\tnew|tab new",
        "123|''",
      })
  void lettersKeepsLettersAndSingleSpaces(String text, String normalised) {
    assertThat(LETTERS27.normalise(text)).isEqualTo(normalised);
  }

  @Property(tries = 300)
  void normalisedTextHasOnlySymbolsAndIsAFixedPoint(@ForAll String text) {
    String normalised = LETTERS27.normalise(text);
    assertThat(normalised)
        .matches("([a-z]+( [a-z]+)*)?")
        .doesNotContainPattern(LETTERS27.strangers());
    assertThat(LETTERS27.normalise(normalised)).isEqualTo(normalised);
    assertThat(LETTERS27.decode(LETTERS27.encode(normalised))).isEqualTo(normalised);
  }

  @Property(tries = 300)
  void bytesLoseNothing(@ForAll String text) {
    String symbols = BYTES.normalise(text);
    byte[] bytes = symbols.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    assertThat(BYTES.decode(BYTES.encode(symbols))).isEqualTo(symbols);
  }

  @Test
  void tokensFollowTheVocabulary() {
    for (Alphabet alphabet : Alphabet.named()) {
      @SuppressWarnings("unchecked")
      List<String> symbols = (List<String>) alphabet.vocabulary().get("symbols");
      assertThat(symbols).hasSize(alphabet.size()).doesNotHaveDuplicates();
      assertThat(alphabet.encode(String.join("", symbols)))
          .isEqualTo(java.util.stream.IntStream.range(0, alphabet.size()).toArray());
      assertThat(Alphabet.ofLabel(alphabet.label())).isSameAs(alphabet);
    }
    assertThat(LETTERS27.encode("az ")).containsExactly(0, 25, 26);
  }

  @Test
  void refusesWhatIsNoSymbol() {
    assertThatThrownBy(() -> LETTERS27.encode("aB")).hasMessageContaining("U+0042 at place 1");
    assertThatThrownBy(() -> BYTES.encode("é€")).hasMessageContaining("U+20AC at place 1");
    assertThatThrownBy(() -> LETTERS27.decode(new int[] {3, 27})).hasMessageContaining("27");
    assertThatThrownBy(() -> Alphabet.ofLabel("letters"))
        .hasMessageContaining("letters27 or bytes");
  }
}
