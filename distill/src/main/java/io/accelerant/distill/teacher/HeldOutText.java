package io.accelerant.distill.teacher;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.TextScoring;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The validation windows of a corpus, and what n-gram models that read the teacher's half make of
 * them, exactly, in bits per character: of the corpus' symbols, and of letters where a symbol is
 * more than one.
 */
record HeldOutText(Corpus corpus, Dataset<Row> windows, List<String> texts) {
  private static final int[] ORDERS = {1, 3, 5};
  private static final String BITS = "bitsPerChar";

  static HeldOutText of(Corpus corpus) {
    Dataset<Row> windows = corpus.split("validation");
    List<String> texts =
        windows.orderBy("id").select("text").collectAsList().stream()
            .map(row -> row.getString(0))
            .toList();
    return new HeldOutText(corpus, windows, texts);
  }

  private double charsPerWindow() {
    return texts.stream().mapToInt(String::length).average().orElseThrow();
  }

  /** 1 where a symbol is a char. */
  double charsPerSymbol() {
    return charsPerWindow() / corpus.length();
  }

  /** Names as {@code 3gram.bitsPerChar}, or {@code letters.3gram.bitsPerChar}. */
  Map<String, Double> controls() {
    Map<String, Double> controls = new LinkedHashMap<>();
    for (int order : ORDERS) {
      controls.put(name("", order), bits(corpus.alphabet(), order));
    }
    if (inPieces(corpus)) {
      for (int order : ORDERS) {
        controls.put(name("letters.", order), bits(Alphabet.LETTERS27, order));
      }
    }
    return controls;
  }

  /** The 3-gram of letters, or of bytes, whatever the symbols. */
  static String trigram(Corpus corpus) {
    return name(inPieces(corpus) ? "letters." : "", 3);
  }

  private static boolean inPieces(Corpus corpus) {
    return !Alphabet.named().contains(corpus.alphabet());
  }

  private static String name(String prefix, int order) {
    return prefix + order + "gram." + BITS;
  }

  /** Adds a row for each control. */
  static void rows(Map<String, Number> metrics, Table table) {
    for (String prefix : List.of("", "letters.")) {
      for (int order : ORDERS) {
        Number value = metrics.get("control." + name(prefix, order));
        if (value != null) {
          String of = prefix.isEmpty() ? "" : " of letters";
          table.row(Text.of("%d-gram%s, interpolated (exact)", order, of), value);
        }
      }
    }
  }

  private double bits(Alphabet alphabet, int order) {
    NgramModel ngrams = TextScoring.fit(corpus.train(Corpus.Half.TEACHER), alphabet, order, 1);
    double[] nll = TextScoring.score(windows, alphabet, ngrams).nll();
    double chars = charsPerWindow();
    Arrays.setAll(nll, i -> nll[i] * (alphabet.count(texts.get(i)) / chars));
    return Arrays.stream(nll).average().orElseThrow() / StrictMath.log(2);
  }
}
