package io.accelerant.core.data;

import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;

/** Alphabets of which every symbol is one char. */
enum CharAlphabet implements Alphabet {
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

  CharAlphabet(int size, String normalisation) {
    this.size = size;
    this.normalisation = normalisation;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String normalisation() {
    return normalisation;
  }

  abstract int token(char symbol);

  abstract char symbol(int token);

  @Override
  public String symbolOf(int token) {
    return String.valueOf(symbol(token));
  }

  @Override
  public int count(String symbols) {
    return symbols.length();
  }

  @Override
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

  @Override
  public Map<String, Object> config() {
    return Map.of("alphabet", label());
  }

  private static boolean isMark(char c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }
}
