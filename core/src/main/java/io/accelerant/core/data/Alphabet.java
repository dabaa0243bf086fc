package io.accelerant.core.data;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A finite set of symbols and how text becomes a row of them. A <em>symbol text</em> is a string of
 * the symbols one after the other; tables and samples hold symbol texts. Equal where the symbols
 * are.
 */
public interface Alphabet extends Serializable {
  /**
   * a to z are 0 to 25, space is 26. Text is decomposed (NFKD), lower-cased and stripped of
   * combining marks; every run of other characters becomes one space; spaces at both ends go.
   */
  Alphabet LETTERS27 = CharAlphabet.LETTERS27;

  /**
   * The 256 bytes of UTF-8. In a symbol text byte b is the char U+00bb (ISO 8859-1), so that
   * nothing is lost and every window of bytes is a valid string, even one that begins inside a
   * character.
   */
  Alphabet BYTES = CharAlphabet.BYTES;

  /** The alphabets that have a name, which are those of single chars. */
  static List<Alphabet> named() {
    return List.of(CharAlphabet.values());
  }

  /**
   * @throws IllegalArgumentException if there is no such alphabet
   */
  static Alphabet ofLabel(String label) {
    for (Alphabet alphabet : named()) {
      if (alphabet.label().equals(label)) {
        return alphabet;
      }
    }
    throw new IllegalArgumentException("alphabet must be letters27 or bytes, is \"" + label + "\"");
  }

  /**
   * Reads {@link #config} among other fields.
   *
   * @throws IllegalArgumentException if there is no such alphabet
   */
  static Alphabet read(JsonReader config) {
    return config.text("alphabet").equals(PieceAlphabet.LABEL)
        ? new PieceAlphabet(config.texts(PieceAlphabet.LABEL))
        : ofLabel(config.text("alphabet"));
  }

  /** Number V of symbols; tokens are 0 to V-1. */
  int size();

  /** Name in configurations and artifacts. */
  String label();

  /** What {@link #normalise} does, in one line, for {@code config.json}. */
  String normalisation();

  /** Turns any text into a symbol text. Idempotent unless it is {@link #BYTES}. */
  String normalise(String text);

  /** A regular expression that finds a char which is part of no symbol. */
  String strangers();

  /**
   * The symbol of a token.
   *
   * @param token in 0..V-1
   */
  String symbolOf(int token);

  /**
   * Symbols of a symbol text.
   *
   * @throws IllegalArgumentException as {@link #encode}
   */
  int count(String symbols);

  /**
   * The tokens of a symbol text.
   *
   * @throws IllegalArgumentException if a char is no symbol; names char and place
   */
  int[] encode(String symbols);

  /** Fields of a description that {@link #read} reads. */
  Map<String, Object> config();

  /**
   * The symbol text of {@code tokens[from .. to-1]}.
   *
   * @throws IllegalArgumentException if a token is not in 0..V-1
   */
  default String decode(int[] tokens, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (tokens[i] < 0 || tokens[i] >= size()) {
        throw new IllegalArgumentException(
            Text.of("token %d at place %d is not in 0..%d", tokens[i], i, size() - 1));
      }
      text.append(symbolOf(tokens[i]));
    }
    return text.toString();
  }

  /** The symbol text of all tokens. */
  default String decode(int[] tokens) {
    return decode(tokens, 0, tokens.length);
  }

  /** The content of {@code vocabulary.json}; {@code symbols} lists the symbols by token. */
  default Map<String, Object> vocabulary() {
    List<String> symbols = new ArrayList<>(size());
    for (int token = 0; token < size(); token++) {
      symbols.add(symbolOf(token));
    }
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    vocabulary.put("alphabet", label());
    vocabulary.put("size", size());
    vocabulary.put("normalisation", normalisation());
    vocabulary.put("symbols", symbols);
    return vocabulary;
  }
}
