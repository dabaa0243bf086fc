package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fields of a file: a JSON object; or of JSON lines ({@code .jsonl}) the column of each field, an
 * element a line.
 */
record GivenNumbers(JsonReader json) {

  /**
   * @param known all fields that there may be
   * @throws DataException if it holds others, or is no such file
   */
  static GivenNumbers of(InputFile file, Set<String> known) {
    Map<String, Object> fields = file.uri().endsWith(".jsonl") ? columns(file) : file.json();
    JsonReader json = JsonReader.of(fields, file.uri(), DataException::new);
    json.refuseOthers(known, "is not known");
    return new GivenNumbers(json);
  }

  private static Map<String, Object> columns(InputFile file) {
    Map<String, Object> columns = new LinkedHashMap<>();
    List<String> lines =
        new String(file.content(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    for (int i = 0; i < lines.size(); i++) {
      int before = i;
      String where = Text.of("%s: line %d", file.uri(), i + 1);
      if (!(CanonicalJson.readValue(lines.get(i), where) instanceof Map<?, ?> row)
          || i > 0 && !columns.keySet().equals(row.keySet())) {
        throw new DataException(where + " must be an object with the fields of the first line.");
      }
      row.forEach(
          (name, value) -> {
            @SuppressWarnings("unchecked") // made below
            List<Object> column =
                (List<Object>) columns.computeIfAbsent((String) name, n -> new ArrayList<>(before));
            column.add(value);
          });
    }
    return columns;
  }

  /** Whether any of these fields is there. */
  boolean hasAny(String... names) {
    return Arrays.stream(names).anyMatch(json::has);
  }

  /** Rows of numbers, all of one length; a plain list is one row. */
  double[][] rows(String name) {
    List<?> list = json.typed(name, List.class, "a list of numbers, or of such lists");
    if (list.isEmpty() || !(list.get(0) instanceof List<?>)) {
      return new double[][] {finite(name, list)};
    }
    double[][] rows = new double[list.size()][];
    for (int i = 0; i < rows.length; i++) {
      String row = Text.of("%s[%d]", name, i);
      if (!(list.get(i) instanceof List<?> numbers)) {
        throw json.wrong(row, "must be a list of numbers, is " + list.get(i));
      }
      rows[i] = finite(row, numbers);
      if (rows[i].length != rows[0].length) {
        throw json.wrong(
            row, Text.of("has %d numbers, %s[0] has %d", rows[i].length, name, rows[0].length));
      }
    }
    return rows;
  }

  /** One row of numbers. */
  double[] row(String name) {
    return finite(name, json.typed(name, List.class, "a list of numbers"));
  }

  /** As {@link #rows(String)}, of the shape of others. */
  double[][] rowsLike(String name, String other, double[][] rows) {
    double[][] own = rows(name);
    if (own.length != rows.length || own[0].length != rows[0].length) {
      throw json.wrong(
          name,
          Text.of(
              "is [%d][%d], %s is [%d][%d]",
              own.length, own[0].length, other, rows.length, rows[0].length));
    }
    return own;
  }

  /** One number for each of so many rows; a single one is that of all. */
  double[] each(String name, int rows) {
    if (json.fields().get(name) instanceof Number) {
      double[] all = new double[rows];
      Arrays.fill(all, json.number(name));
      return all;
    }
    double[] numbers = finite(name, json.typed(name, List.class, "a number, or a list of numbers"));
    if (numbers.length != rows) {
      throw json.wrong(name, Text.of("has %d numbers, there are %d", numbers.length, rows));
    }
    return numbers;
  }

  private double[] finite(String name, List<?> list) {
    double[] numbers = json.numbers(name, list);
    if (numbers.length == 0) {
      throw json.wrong(name, "is empty");
    }
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isFinite(numbers[i])) {
        throw json.wrong(Text.of("%s[%d]", name, i), "must be finite, is " + numbers[i]);
      }
    }
    return numbers;
  }
}
