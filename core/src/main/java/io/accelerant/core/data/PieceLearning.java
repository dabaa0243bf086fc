package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Which pieces of words a text is best written in: byte pair encoding (Sennrich, Haddow and Birch,
 * "Neural Machine Translation of Rare Words with Subword Units"). From single letters on, the two
 * neighbours that are most often side by side become one piece, until there are enough; of equal
 * counts the one first in order. A word holds the space before it, so no piece holds a space
 * elsewhere. Words are counted on the cluster, merged on the driver.
 */
final class PieceLearning {
  /** Words that the driver merges in; the rest are rarer than any piece. */
  private static final int MOST_WORDS = 1 << 20;

  /** Two neighbours: how often they are side by side, and in which words they have been. */
  private static final class Pair {
    private final int left;
    private final int right;
    private final Set<Integer> words = new HashSet<>();
    private long count;

    Pair(int left, int right) {
      this.left = left;
      this.right = right;
    }
  }

  private final List<String> pieces = new ArrayList<>();
  private final Map<String, Integer> tokens = new HashMap<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<Long, Pair> pairs = new HashMap<>();

  private PieceLearning(Map<String, Long> words) {
    for (int letter = 0; letter < Alphabet.LETTERS27.size(); letter++) {
      token(Alphabet.LETTERS27.symbolOf(letter));
    }
    words.forEach(
        (word, count) -> {
          this.words.add(Alphabet.LETTERS27.encode(word));
          counts.add(count);
          count(counts.size() - 1, 1);
        });
  }

  /**
   * @param documents of letters in a column {@code text}
   * @param size V, above 27
   * @param source named in errors
   * @throws DataException if the text has fewer pieces
   */
  static PieceAlphabet of(Dataset<Row> documents, int size, String source) {
    FlatMapFunction<Row, String> words = row -> List.of(row.getString(0).split("(?= )")).iterator();
    Map<String, Long> counts = new HashMap<>();
    documents
        .select("text")
        .flatMap(words, Encoders.STRING())
        .groupBy("value")
        .count()
        .orderBy(desc("count"), col("value"))
        .limit(MOST_WORDS)
        .collectAsList()
        .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
    return learn(counts, size, source);
  }

  /**
   * @param words and how often each occurs
   */
  static PieceAlphabet learn(Map<String, Long> words, int size, String source) {
    PieceLearning learning = new PieceLearning(words);
    List<String> pieces = learning.pieces;
    while (pieces.size() < size) {
      learning.merge(learning.best().orElseThrow(() -> tooFew(source, pieces.size(), size)));
    }
    return new PieceAlphabet(pieces);
  }

  /** That of a piece, which is new perhaps: two ways to the same letters lead to one piece. */
  private int token(String piece) {
    return tokens.computeIfAbsent(
        piece,
        added -> {
          pieces.add(added);
          return pieces.size() - 1;
        });
  }

  private static DataException tooFew(String source, int found, int size) {
    return new DataException(
        Text.of(
            "The words of %s give no more than %d pieces, not %d. Lower prepareText.pieces or"
                + " prepare more text.",
            source, found, size));
  }

  private Optional<Pair> best() {
    Pair best = null;
    for (Pair pair : pairs.values()) {
      if (best == null
          || pair.count > best.count
          || pair.count == best.count && text(pair).compareTo(text(best)) < 0) {
        best = pair;
      }
    }
    return Optional.ofNullable(best);
  }

  private String text(Pair pair) {
    return pieces.get(pair.left) + "\u0000" + pieces.get(pair.right);
  }

  private void merge(Pair pair) {
    int piece = token(pieces.get(pair.left) + pieces.get(pair.right));
    for (int word : List.copyOf(pair.words)) {
      int[] old = words.get(word);
      int[] merged = new int[old.length];
      int length = 0;
      for (int i = 0; i < old.length; i++) {
        boolean both = i + 1 < old.length && old[i] == pair.left && old[i + 1] == pair.right;
        merged[length++] = both ? piece : old[i];
        i += both ? 1 : 0;
      }
      if (length < old.length) {
        count(word, -1);
        words.set(word, Arrays.copyOf(merged, length));
        count(word, 1);
      }
    }
  }

  /** Adds or takes away the pairs of a word. */
  private void count(int word, int sign) {
    int[] tokens = words.get(word);
    for (int i = 0; i + 1 < tokens.length; i++) {
      int left = tokens[i];
      int right = tokens[i + 1];
      long key = (long) left << Integer.SIZE | right;
      Pair pair = pairs.computeIfAbsent(key, none -> new Pair(left, right));
      pair.count += sign * counts.get(word);
      if (sign > 0) {
        pair.words.add(word);
      }
      if (pair.count == 0) {
        pairs.remove(key);
      }
    }
  }
}
