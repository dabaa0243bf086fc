package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  private static final Comparator<Map.Entry<List<String>, Long>> BEST =
      Map.Entry.<List<String>, Long>comparingByValue()
          .thenComparing(entry -> String.join("\u0000", entry.getKey()), Comparator.reverseOrder());

  private final List<List<String>> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<List<String>, Long> pairs = new HashMap<>();
  private final Map<List<String>, Set<Integer>> places = new HashMap<>();

  private PieceLearning(Map<String, Long> words) {
    words.forEach(
        (word, count) -> {
          List<String> letters = word.chars().mapToObj(Character::toString).toList();
          counts.add(count);
          this.words.add(letters);
          count(this.words.size() - 1, 1);
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
    List<String> pieces = new ArrayList<>();
    for (int letter = 0; letter < Alphabet.LETTERS27.size(); letter++) {
      pieces.add(Alphabet.LETTERS27.symbolOf(letter));
    }
    Set<String> known = new HashSet<>(pieces);
    PieceLearning learning = new PieceLearning(words);
    while (pieces.size() < size) {
      List<String> best =
          learning.pairs.entrySet().stream()
              .max(BEST)
              .orElseThrow(() -> tooFew(source, pieces.size(), size))
              .getKey();
      learning.merge(best);
      if (known.add(String.join("", best))) {
        pieces.add(String.join("", best));
      }
    }
    return new PieceAlphabet(pieces);
  }

  private static DataException tooFew(String source, int found, int size) {
    return new DataException(
        Text.of(
            "The words of %s give no more than %d pieces, not %d. Lower prepareText.pieces or"
                + " prepare more text.",
            source, found, size));
  }

  private void merge(List<String> pair) {
    String piece = String.join("", pair);
    for (int word : List.copyOf(places.get(pair))) {
      count(word, -1);
      List<String> old = words.get(word);
      List<String> merged = new ArrayList<>(old.size());
      for (int i = 0; i < old.size(); i++) {
        if (i + 1 < old.size() && old.subList(i, i + 2).equals(pair)) {
          merged.add(piece);
          i++;
        } else {
          merged.add(old.get(i));
        }
      }
      words.set(word, merged);
      count(word, 1);
    }
    pairs.remove(pair);
    places.remove(pair);
  }

  /** Adds or takes away the pairs of a word. */
  private void count(int word, int sign) {
    List<String> pieces = words.get(word);
    for (int i = 0; i + 1 < pieces.size(); i++) {
      List<String> pair = List.of(pieces.get(i), pieces.get(i + 1));
      long left = pairs.merge(pair, sign * counts.get(word), Long::sum);
      Set<Integer> where = places.computeIfAbsent(pair, none -> new HashSet<>());
      if (sign > 0) {
        where.add(word);
      }
      if (left == 0) {
        pairs.remove(pair);
        places.remove(pair);
      }
    }
  }
}
