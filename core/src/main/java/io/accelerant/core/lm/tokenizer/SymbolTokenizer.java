package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One token for each symbol, and the end after them.
 *
 * @param label of the {@link Alphabet} that brings text to symbols; empty: text is taken as it is
 * @param symbols each once; symbol i is token i
 */
public record SymbolTokenizer(String label, String symbols) implements Tokenizer {
  static final String KIND = "symbols";

  /** Begins the name of a tokenizer of symbols. */
  public static final String PREFIX = "alphabet:";

  /**
   * @throws IllegalArgumentException if there is no symbol, one twice, or one beyond U+FFFF
   */
  public SymbolTokenizer {
    boolean single = symbols.chars().noneMatch(c -> Character.isSurrogate((char) c));
    if (symbols.isEmpty() || !single || symbols.chars().distinct().count() < symbols.length()) {
      throw new IllegalArgumentException(
          Text.of("an alphabet has symbols up to U+FFFF, each once; these are \"%s\"", symbols));
    }
  }

  /** Of these symbols and no other. */
  public static SymbolTokenizer of(String symbols) {
    return new SymbolTokenizer("", symbols);
  }

  /** Of an alphabet. */
  public static SymbolTokenizer of(Alphabet alphabet) {
    int[] tokens = new int[alphabet.size()];
    Arrays.setAll(tokens, i -> i);
    return new SymbolTokenizer(alphabet.label(), alphabet.decode(tokens));
  }

  /**
   * By name: {@code alphabet:letters27}, {@code alphabet:bytes}, or {@code alphabet:} and the
   * symbols.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static SymbolTokenizer named(String name) {
    if (!name.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          Text.of("a tokenizer is alphabet:<letters27, bytes or symbols>, not \"%s\"", name));
    }
    String symbols = name.substring(PREFIX.length());
    for (Alphabet alphabet : Alphabet.named()) {
      if (alphabet.label().equals(symbols)) {
        return of(alphabet);
      }
    }
    return of(symbols);
  }

  /** Reads {@link #config}. */
  static SymbolTokenizer of(JsonReader config) {
    config.only("kind", KIND);
    try {
      return config.has("alphabet")
          ? of(Alphabet.ofLabel(config.text("alphabet")))
          : of(config.text("symbols"));
    } catch (IllegalArgumentException e) {
      throw config.wrong("symbols", "cannot be: " + e.getMessage());
    }
  }

  @Override
  public int size() {
    return symbols.length() + 1;
  }

  @Override
  public int end() {
    return symbols.length();
  }

  /** One more than all others. */
  @Override
  public int mask() {
    return size();
  }

  @Override
  public boolean fits(int vocabulary, boolean masked) {
    return vocabulary == size() + (masked ? 1 : 0);
  }

  @Override
  public int[] encode(String text) {
    if (isBytes() && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException("half of a surrogate pair has no bytes");
    }
    String normal = label.isEmpty() ? text : Alphabet.ofLabel(label).normalise(text);
    int[] tokens = new int[normal.length()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = symbols.indexOf(normal.charAt(i));
      if (tokens[i] < 0) {
        throw new IllegalArgumentException(
            Text.of(
                "U+%04X at place %d is none of the %d symbols of the tokenizer",
                (int) normal.charAt(i), i, symbols.length()));
      }
    }
    return tokens;
  }

  @Override
  public String decode(int[] tokens) {
    StringBuilder text = new StringBuilder(tokens.length);
    for (int token : tokens) {
      if (token == end()) {
        break;
      }
      text.append(token >= 0 && token < end() ? symbols.charAt(token) : '\uFFFD');
    }
    return isBytes()
        ? new String(text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
        : text.toString();
  }

  /** Of bytes, ASCII. */
  @Override
  public String visible() {
    return symbols
        .chars()
        .filter(c -> !Character.isWhitespace(c) && (!isBytes() || c > ' ' && c < 127))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private boolean isBytes() {
    return label.equals(Alphabet.BYTES.label());
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("kind", KIND);
    if (label.isEmpty()) {
      config.put("symbols", symbols);
    } else {
      config.put("alphabet", label);
    }
    return config;
  }
}
