package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PieceAlphabetTest {
  private static final Map<String, Long> WORDS =
      Map.of("low", 5L, " lower", 2L, " newest", 6L, " widest", 3L, "s", 1L);

  /** The letters, then the pieces. */
  private static PieceAlphabet pieces(String... pieces) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 27; i++) {
      all.add(Alphabet.LETTERS27.symbolOf(i));
    }
    all.addAll(List.of(pieces));
    return new PieceAlphabet(all);
  }

  private static List<String> read(Alphabet alphabet, String text) {
    return Arrays.stream(alphabet.encode(text)).mapToObj(alphabet::symbolOf).toList();
  }

  @Test
  void theLongestPieceIsReadFirst() {
    PieceAlphabet alphabet = pieces("th", "the", "he", " c", " cat", "at");
    assertThat(read(alphabet, "the cat that")).containsExactly("the", " cat", " ", "th", "at");
    assertThat(alphabet.count("the cat that")).isEqualTo(5);
    assertThat(alphabet.decode(new int[] {28, 31})).isEqualTo("the cat");
  }

  @Property(tries = 200)
  void aRowCutOutOfATextIsWhatItsOwnTextReadsAs(@ForAll String any, @ForAll int place) {
    PieceAlphabet alphabet = PieceLearning.learn(WORDS, 40, "a test");
    String text = alphabet.normalise(any + " lowest newer wide " + any + " low");
    int[] tokens = alphabet.encode(text);
    assertThat(alphabet.decode(tokens)).isEqualTo(text);
    int from = Math.floorMod(place, tokens.length);
    int to = from + Math.floorMod(place / 7, tokens.length - from) + 1;
    int[] cut = Arrays.copyOfRange(tokens, from, Math.min(to, tokens.length));
    assertThat(alphabet.encode(alphabet.decode(cut))).isEqualTo(cut);
  }

  /** As in the paper, but that a word holds the space before it; of equal counts the first. */
  @Test
  void theMostFrequentNeighboursAreMerged() {
    PieceAlphabet alphabet = PieceLearning.learn(WORDS, 33, "a test");
    List<String> learned = new ArrayList<>();
    for (int token = 27; token < 33; token++) {
      learned.add(alphabet.symbolOf(token));
    }
    assertThat(learned).containsExactly("es", "est", "lo", "low", " n", " ne");
  }

  @Test
  void textWithoutEnoughPiecesIsRefused() {
    assertThatThrownBy(() -> PieceLearning.learn(WORDS, 100, "the test"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the test")
        .hasMessageContaining("not 100. Lower prepareText.pieces");
  }

  @Test
  void itIsReadAgainFromItsDescription() {
    PieceAlphabet alphabet = PieceLearning.learn(WORDS, 33, "a test");
    JsonReader config = JsonReader.of(alphabet.config(), "a file", ArtifactException::new);
    assertThat(Alphabet.read(config)).isEqualTo(alphabet).isNotEqualTo(pieces("es"));
  }

  @Test
  void whatIsNoAlphabetIsRefused() {
    assertThatThrownBy(() -> new PieceAlphabet(List.of("a", "b")))
        .hasMessage("\"c\" is not among the pieces");
    assertThatThrownBy(() -> pieces("ab", "ab")).hasMessageContaining("\"ab\" is empty, there");
    assertThatThrownBy(() -> pieces("a b")).hasMessageContaining("or of more than one word");
    assertThatThrownBy(() -> pieces("aB")).hasMessageContaining("U+0042 at place 1");
    assertThatThrownBy(() -> pieces("ab").encode("a-b")).hasMessageContaining("U+002D at place 1");
  }
}
