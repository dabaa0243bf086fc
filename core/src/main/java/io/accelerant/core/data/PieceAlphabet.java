package io.accelerant.core.data;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pieces of words over a-z and space, each a symbol. Text is normalised as {@link
 * Alphabet#LETTERS27} has it and read from left to right, the longest piece that fits each time. So
 * the tokens of a text do not depend on what comes before a piece or after the text: a row of
 * tokens cut out of a text is what its own text reads as.
 */
final class PieceAlphabet implements Alphabet {
  static final String LABEL = "pieces";

  private static final long serialVersionUID = 1;

  private final List<String> pieces;
  private final Map<String, Integer> tokens = new HashMap<>();
  private final int longest;

  /**
   * @param pieces by token; a-z and space are among them, so that every text can be read
   * @throws IllegalArgumentException if one is there twice, is not of letters, or a letter lacks
   */
  PieceAlphabet(List<String> pieces) {
    this.pieces = List.copyOf(pieces);
    int most = 0;
    for (String piece : pieces) {
      if (piece.isEmpty() || tokens.put(piece, tokens.size()) != null) {
        throw new IllegalArgumentException(
            Text.of("the piece \"%s\" is empty or there twice", piece));
      }
      LETTERS27.encode(piece);
      most = Math.max(most, piece.length());
    }
    longest = most;
    for (int letter = 0; letter < LETTERS27.size(); letter++) {
      if (!tokens.containsKey(LETTERS27.symbolOf(letter))) {
        throw new IllegalArgumentException(
            Text.of("\"%s\" is not among the pieces", LETTERS27.symbolOf(letter)));
      }
    }
  }

  @Override
  public int size() {
    return pieces.size();
  }

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public String normalisation() {
    return LETTERS27.normalisation();
  }

  @Override
  public String normalise(String text) {
    return LETTERS27.normalise(text);
  }

  @Override
  public String strangers() {
    return LETTERS27.strangers();
  }

  @Override
  public String symbolOf(int token) {
    return pieces.get(token);
  }

  @Override
  public int count(String symbols) {
    return encode(symbols).length;
  }

  @Override
  public int[] encode(String symbols) {
    LETTERS27.encode(symbols);
    int[] row = new int[symbols.length()];
    int count = 0;
    for (int at = 0; at < symbols.length(); count++) {
      int to = Math.min(symbols.length(), at + longest);
      while (!tokens.containsKey(symbols.substring(at, to))) {
        to--;
      }
      row[count] = tokens.get(symbols.substring(at, to));
      at = to;
    }
    return Arrays.copyOf(row, count);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("alphabet", LABEL);
    config.put(LABEL, pieces);
    return config;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PieceAlphabet that && pieces.equals(that.pieces);
  }

  @Override
  public int hashCode() {
    return pieces.hashCode();
  }
}
