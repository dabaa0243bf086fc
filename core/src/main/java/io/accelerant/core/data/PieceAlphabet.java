package io.accelerant.core.data;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pieces of words over a-z, each a symbol; the space before a word is part of it. Text is
 * normalised as {@link Alphabet#LETTERS27} has it and read from left to right, the longest piece
 * that fits each time. So the tokens of a text do not depend on what comes before a piece or after
 * the text: a row of tokens cut out of a text is what its own text reads as.
 */
final class PieceAlphabet implements Alphabet {
  static final String LABEL = "pieces";

  private static final long serialVersionUID = 1;

  private static final int LETTERS = LETTERS27.size();

  private final List<String> pieces;

  /** A trie: node n has the child next[n][letter], or 0 for none; node 0 is the root. */
  private final int[][] next;

  /** The token whose piece ends at a node, or -1. */
  private final int[] tokens;

  /**
   * @param pieces by token; a-z and space are among them, so that every text can be read
   * @throws IllegalArgumentException if one is there twice, is not of letters, has a space behind
   *     its start, or a letter lacks
   */
  PieceAlphabet(List<String> pieces) {
    this.pieces = List.copyOf(pieces);
    int nodes = 1 + pieces.stream().mapToInt(String::length).sum();
    next = new int[nodes][LETTERS];
    tokens = new int[nodes];
    Arrays.fill(tokens, -1);
    int last = 0;
    for (int token = 0; token < pieces.size(); token++) {
      int node = 0;
      for (int letter : LETTERS27.encode(pieces.get(token))) {
        if (next[node][letter] == 0) {
          next[node][letter] = ++last;
        }
        node = next[node][letter];
      }
      if (node == 0 || tokens[node] >= 0 || pieces.get(token).lastIndexOf(' ') > 0) {
        throw new IllegalArgumentException(
            Text.of(
                "the piece \"%s\" is empty, there twice, or of more than one word",
                pieces.get(token)));
      }
      tokens[node] = token;
    }
    for (int letter = 0; letter < LETTERS; letter++) {
      if (next[0][letter] == 0 || tokens[next[0][letter]] < 0) {
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
    int[] letters = LETTERS27.encode(symbols);
    int[] row = new int[letters.length];
    int count = 0;
    int from = 0;
    while (from < letters.length) {
      int node = 0;
      int to = from;
      for (int at = from; at < letters.length && next[node][letters[at]] != 0; at++) {
        node = next[node][letters[at]];
        if (tokens[node] >= 0) {
          row[count] = tokens[node];
          to = at + 1;
        }
      }
      count++;
      from = to;
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
