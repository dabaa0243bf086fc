package io.accelerant.rl.gvm;

import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a table says of prompts. Its columns decide: {@code p} and {@code g} are taken as they are;
 * with {@code samples} a row is a prompt, {@code correct} how many were right and {@code
 * gradientNorm} their mean norm; without, a row is a probe, {@code correct} true or false. Rows may
 * come in any order.
 *
 * @param ids rising
 * @param p by prompt
 * @param g by prompt
 */
record Probed(long[] ids, double[] p, double[] g) {
  private static final String ID = "promptId";
  private static final String SAMPLES = "samples";
  private static final String CORRECT = "correct";
  private static final String NORM = "gradientNorm";

  /** Columns of tables with several runs in them, which must be taken one by one. */
  private static final List<String> RUNS = List.of("arm", "seed", "iteration");

  private record Line(long id, long samples, long correct, double norm, double p, double g) {}

  /**
   * @param laplace as in {@link Estimates#Estimates}
   * @throws DataException if a row is not valid, names it
   */
  static Probed of(RowsFile file, boolean laplace, Estimates.Norm norm) {
    List<JsonReader> rows = file.rows().get();
    if (rows.isEmpty()) {
      throw new DataException(file.uri() + " holds no rows.");
    }
    requireOneRun(rows, file.uri());
    JsonReader first = rows.get(0);
    boolean given = first.has("p") && first.has("g");
    boolean counted = given || first.has(SAMPLES);
    List<Line> lines =
        rows.stream()
            .map(row -> given ? given(row) : counted ? counted(row) : single(row))
            .sorted( // so that sums have one order
                Comparator.comparingLong(Line::id)
                    .thenComparingLong(Line::correct)
                    .thenComparingDouble(Line::norm))
            .toList();
    if (counted) {
      requireOnce(lines, file.uri());
    }
    return given ? given(lines) : estimated(lines, laplace, norm);
  }

  private static Probed given(List<Line> lines) {
    return new Probed(
        lines.stream().mapToLong(Line::id).toArray(),
        lines.stream().mapToDouble(Line::p).toArray(),
        lines.stream().mapToDouble(Line::g).toArray());
  }

  private static Probed estimated(List<Line> lines, boolean laplace, Estimates.Norm norm) {
    long[] ids = lines.stream().mapToLong(Line::id).distinct().toArray();
    Estimates estimates = new Estimates(ids.length, laplace);
    int prompt = 0;
    for (Line line : lines) {
      prompt += line.id() == ids[prompt] ? 0 : 1;
      estimates.add(prompt, line.samples(), line.correct(), line.norm());
    }
    return new Probed(ids, estimates.p(), estimates.g(norm));
  }

  private static Line given(JsonReader row) {
    double p = share(row);
    return new Line(id(row), 0, 0, 0, p, atLeast0(row, "g"));
  }

  private static Line counted(JsonReader row) {
    long samples = row.wholeLong(SAMPLES, "a whole number");
    long correct = row.wholeLong(CORRECT, "a whole number");
    if (samples < 0) {
      throw row.expected(SAMPLES, "at least 0");
    }
    if (correct < 0 || correct > samples) {
      throw row.expected(CORRECT, "0 to samples, which are " + samples);
    }
    return new Line(id(row), samples, correct, correct > 0 ? atLeast0(row, NORM) : 0, 0, 0);
  }

  private static Line single(JsonReader row) {
    boolean correct = row.truth(CORRECT);
    return new Line(id(row), 1, correct ? 1 : 0, correct ? atLeast0(row, NORM) : 0, 0, 0);
  }

  private static long id(JsonReader row) {
    return row.wholeLong(ID, "a whole number");
  }

  /** A probability, under {@code p}. */
  static double share(JsonReader row) {
    double p = atLeast0(row, "p");
    if (p > 1) {
      throw row.expected("p", "a number of 0 to 1");
    }
    return p;
  }

  static double atLeast0(JsonReader row, String name) {
    double number = row.number(name);
    if (!(number >= 0)) {
      throw row.expected(name, "a number of at least 0");
    }
    return number;
  }

  private static void requireOnce(List<Line> lines, String uri) {
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).id() == lines.get(i - 1).id()) {
        throw new DataException(
            Text.of("%s: promptId %d occurs twice; a row is a prompt.", uri, lines.get(i).id()));
      }
    }
  }

  private static void requireOneRun(List<JsonReader> rows, String uri) {
    for (String column : RUNS) {
      Set<Object> values = new HashSet<>();
      rows.forEach(row -> values.add(String.valueOf(row.fields().get(column))));
      if (values.size() > 1) {
        throw new DataException(
            Text.of("%s holds several values of %s; take the rows of one.", uri, column));
      }
    }
  }
}
