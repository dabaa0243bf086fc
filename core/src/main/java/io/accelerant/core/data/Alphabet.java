package io.accelerant.core.data;

import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A finite set of symbols and how text becomes a row of them. A <em>symbol text</em> is a string
 * with one char for each symbol; tables and samples hold symbol texts.
 */
public enum Alphabet {
  /**
   * a to z are 0 to 25, space is 26. Text is decomposed (NFKD), lower-cased and stripped of
   * combining marks; every run of other characters becomes one space; spaces at both ends go.
   */
  LETTERS27(
      27,
      "Unicode NFKD, lower case, combining marks removed, every run of characters other than a-z"
          + " replaced by one space, trimmed") {
    @Override
    public String normalise(String text) {
      String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
      StringBuilder symbols = new StringBuilder(decomposed.length());
      boolean gap = false;
      for (int i = 0; i < decomposed.length(); i++) {
        char c = decomposed.charAt(i);
        if (c >= 'a' && c <= 'z') {
          if (gap && !symbols.isEmpty()) {
            symbols.append(' ');
          }
          symbols.append(c);
          gap = false;
        } else if (!isMark(c)) {
          gap = true;
        }
      }
      return symbols.toString();
    }

    @Override
    int token(char symbol) {
      if (symbol == ' ') {
        return 26;
      }
      return symbol >= 'a' && symbol <= 'z' ? symbol - 'a' : -1;
    }

    @Override
    char symbol(int token) {
      return token == 26 ? ' ' : (char) ('a' + token);
    }

    @Override
    public String strangers() {
      return "[^a-z ]";
    }
  },

  /**
   * The 256 bytes of UTF-8. In a symbol text byte b is the char U+00bb (ISO 8859-1), so that
   * nothing is lost and every window of bytes is a valid string, even one that begins inside a
   * character.
   */
  BYTES(256, "none; the char U+00bb stands for the byte bb of the UTF-8 text (ISO 8859-1)") {
    @Override
    public String normalise(String text) {
      return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    int token(char symbol) {
      return symbol < 256 ? symbol : -1;
    }

    @Override
    char symbol(int token) {
      return (char) token;
    }

    @Override
    public String strangers() {
      return "[^\\x00-\\xff]";
    }
  };

  private final int size;
  private final String normalisation;

  Alphabet(int size, String normalisation) {
    this.size = size;
    this.normalisation = normalisation;
  }

  /** Number V of symbols; tokens are 0 to V-1. */
  public int size() {
    return size;
  }

  /** Name in configurations and artifacts. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@link #normalise} does, in one line, for {@code config.json}. */
  public String normalisation() {
    return normalisation;
  }

  /**
   * @throws IllegalArgumentException if there is no such alphabet
   */
  public static Alphabet ofLabel(String label) {
    for (Alphabet alphabet : values()) {
      if (alphabet.label().equals(label)) {
        return alphabet;
      }
    }
    throw new IllegalArgumentException("alphabet must be letters27 or bytes, is \"" + label + "\"");
  }

  /** Turns any text into a symbol text. Idempotent for {@link #LETTERS27}. */
  public abstract String normalise(String text);

  /** A regular expression that finds a char which is no symbol. */
  public abstract String strangers();

  abstract int token(char symbol);

  abstract char symbol(int token);

  /**
   * The tokens of a symbol text.
   *
   * @throws IllegalArgumentException if a char is no symbol; names char and place
   */
  public int[] encode(String symbols) {
    int[] tokens = new int[symbols.length()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = token(symbols.charAt(i));
      if (tokens[i] < 0) {
        throw new IllegalArgumentException(
            Text.of("U+%04X at place %d is no symbol of %s", (int) symbols.charAt(i), i, label()));
      }
    }
    return tokens;
  }

  /**
   * The symbol text of {@code tokens[from .. to-1]}.
   *
   * @throws IllegalArgumentException if a token is not in 0..V-1
   */
  public String decode(int[] tokens, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (tokens[i] < 0 || tokens[i] >= size) {
        throw new IllegalArgumentException(
            Text.of("token %d at place %d is not in 0..%d", tokens[i], i, size - 1));
      }
      text.append(symbol(tokens[i]));
    }
    return text.toString();
  }

  /** The symbol text of all tokens. */
  public String decode(int[] tokens) {
    return decode(tokens, 0, tokens.length);
  }

  /** The content of {@code vocabulary.json}; {@code symbols} lists the symbols by token. */
  public Map<String, Object> vocabulary() {
    List<String> symbols = new ArrayList<>(size);
    for (int token = 0; token < size; token++) {
      symbols.add(String.valueOf(symbol(token)));
    }
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    vocabulary.put("alphabet", label());
    vocabulary.put("size", size);
    vocabulary.put("normalisation", normalisation);
    vocabulary.put("symbols", symbols);
    return vocabulary;
  }

  private static boolean isMark(char c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }
}
