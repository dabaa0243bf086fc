package io.accelerant.core.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Hugging Face's own library reads the files and cuts texts as we do. */
class SymbolFilesTest {
  private static final SymbolTokenizer LETTERS = SymbolTokenizer.of(Alphabet.LETTERS27);
  private static final SymbolTokenizer BYTES = SymbolTokenizer.of(Alphabet.BYTES);
  private static final SymbolTokenizer DIGITS = SymbolTokenizer.of("0123456789+= ;\\\"");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "the cat",
          "  D\u00E9j\u00E0 -- vu!\n\tHe said: \"No.\"  ",
          "\uFB01ne \u2460 \u212A \u0130stanbul STRASSE \u00DF \u1E9E \u01C4",
          "a\u0301\u0302b \u0301 c",
          "x\uD834\uDD65y \uD83D\uDE00 \uDB40\uDD00z",
          "\u4E2D\u6587 \u0921\u093F \u20DDq",
          "\uFF21\uFF22 \u00BD \u2122 \u00AA",
          "\u0000\u007F\u0085\u00A0\u00AD\u2028a");

  /** A file, as the library reads it. */
  private record Read(String json, String hash) {
    static Read of(SymbolTokenizer tokenizer, Map<String, Integer> special) {
      return of(SymbolFiles.of(tokenizer, special));
    }

    static Read of(Map<String, Map<String, Object>> files) {
      Map<String, Object> json = files.get("tokenizer.json");
      return new Read(CanonicalJson.write(json), CanonicalJson.sha256Of(json));
    }

    static Read of(SymbolTokenizer tokenizer) {
      return of(tokenizer, Map.of("eos", tokenizer.end()));
    }

    int[] encode(String text) {
      return NativeTokenizers.use(
          hash,
          () -> json,
          library ->
              Arrays.stream(library.encode(text, false, false).getIds())
                  .mapToInt(Math::toIntExact)
                  .toArray());
    }

    String decode(int... tokens) {
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      return NativeTokenizers.use(hash, () -> json, library -> library.decode(ids, true));
    }
  }

  @Test
  void textsHaveTheSameTokens() {
    for (SymbolTokenizer ours : List.of(LETTERS, BYTES)) {
      Read read = Read.of(ours);
      for (String text : TEXTS) {
        assertThat(read.encode(text)).as(text).isEqualTo(ours.encode(text));
        assertThat(read.decode(ours.encode(text)))
            .as(text)
            .isEqualTo(ours.decode(ours.encode(text)));
      }
    }
  }

  @Test
  void piecesAreReadLongestFirst() {
    Map<String, Object> pieces = new LinkedHashMap<>();
    List<String> symbols =
        new ArrayList<>(LETTERS.symbols().chars().mapToObj(Character::toString).toList());
    symbols.addAll(List.of("th", "the", " c", " cat", "at", " said", "ra"));
    pieces.put("alphabet", "pieces");
    pieces.put("pieces", symbols);
    Alphabet ours = Alphabet.read(JsonReader.of(pieces, "the test", IllegalStateException::new));
    Read read = Read.of(SymbolFiles.of(ours, Map.of("mask", ours.size())));
    List<String> texts = new ArrayList<>(TEXTS);
    texts.add("the cat that he said " + "strange ".repeat(400) + "letters".repeat(40));
    for (String text : texts) {
      int[] tokens = ours.encode(ours.normalise(text));
      assertThat(read.encode(text)).as(text).isEqualTo(tokens);
      assertThat(read.decode(tokens)).as(text).isEqualTo(ours.normalise(text));
    }
  }

  /**
   * Between letters and alone: whatever it is, it joins or parts them as ours. Java and the library
   * know different versions of Unicode, which here differ in one character.
   */
  @Test
  void everyCharacterIsNormalisedAsOurs() {
    Read read = Read.of(LETTERS);
    List<String> differ =
        IntStream.rangeClosed(0, 0x10FFFF)
            .filter(c -> c < 0xD800 || c > 0xDFFF)
            .filter(Character::isDefined)
            .filter(c -> Character.getType(c) != Character.PRIVATE_USE)
            .filter(
                c -> {
                  String text = "a" + Character.toString(c) + "b " + Character.toString(c);
                  return !Arrays.equals(read.encode(text), LETTERS.encode(text));
                })
            .mapToObj(c -> Text.of("U+%04X", c))
            .toList();
    assertThat(differ).isSubsetOf("U+1F16C");
  }

  @Property(tries = 300)
  void anyTextHasTheSameTokens(@ForAll String text) {
    if (StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      assertThat(Read.of(BYTES).encode(text)).isEqualTo(BYTES.encode(text));
      assertThat(Read.of(LETTERS).encode(text)).isEqualTo(LETTERS.encode(text));
    }
  }

  @Test
  void symbolsThatSomebodyChoseAreTakenAsTheyAre() {
    String text = "12+ 3=15;\\\"";
    assertThat(Read.of(DIGITS).encode(text)).isEqualTo(DIGITS.encode(text));
    assertThat(Read.of(DIGITS).decode(DIGITS.encode(text))).isEqualTo(text);
  }

  @Test
  void aRowIsOneText() {
    String text = "the cat sat on the mat ".repeat(500);
    assertThat(Read.of(LETTERS).encode(text)).isEqualTo(LETTERS.encode(text));
  }

  @Test
  void endAndMaskAreTokensOfTheirOwn() {
    Map<String, Integer> special = Map.of("eos", 27, "mask", 28);
    Read read = Read.of(LETTERS, special);
    assertThat(read.encode("a<|mask|>b<|end|>")).containsExactly(0, 28, 1, 27);
    assertThat(read.decode(0, 26, 1, 27)).isEqualTo("a b");
    assertThat(SymbolFiles.of(LETTERS, special).get("tokenizer_config.json"))
        .containsEntry("eos_token", "<|end|>")
        .containsEntry("mask_token", "<|mask|>")
        .containsEntry("clean_up_tokenization_spaces", false);
  }
}
