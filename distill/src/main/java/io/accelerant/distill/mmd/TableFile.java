package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Features from a file: {@code [[..], ..]}, or {@code {"x": [[..], ..], "labels": [..]}}; of JSON
 * lines ({@code .jsonl}) each line is a row, {@code [..]} or {@code {"x": [..], "label": n}}.
 */
record TableFile(InputFile file) {
  private static final int LARGEST = 256 << 20;

  /**
   * @throws DataException if there is no such file
   */
  static TableFile of(String uri, JobContext context) {
    return new TableFile(InputFile.read(uri, context.hadoop(), LARGEST));
  }

  /**
   * @throws DataException if it holds something else; names the row
   */
  FeatureTable read() {
    String text = new String(file.content(), StandardCharsets.UTF_8);
    if (!file.uri().endsWith(".jsonl")) {
      Object json = CanonicalJson.readValue(text, file.uri());
      return json instanceof Map<?, ?> map
          ? table(map.get("x"), map.get("labels"), file.uri())
          : table(json, null, file.uri());
    }
    List<Object> lines =
        text.lines()
            .filter(line -> !line.isBlank())
            .map(line -> CanonicalJson.readValue(line, file.uri()))
            .toList();
    boolean labelled =
        lines.stream().allMatch(l -> l instanceof Map<?, ?> m && m.get("label") != null);
    return table(
        lines.stream().map(l -> l instanceof Map<?, ?> map ? map.get("x") : l).toList(),
        labelled ? lines.stream().map(l -> ((Map<?, ?>) l).get("label")).toList() : null,
        file.uri());
  }

  /**
   * @param rows a list of lists of numbers of one length
   * @param labels a list of whole numbers, or null
   */
  static FeatureTable table(Object rows, Object labels, String where) {
    if (!(rows instanceof List<?> list) || list.isEmpty()) {
      throw new DataException(where + " must hold a list of rows of numbers, [[..], ..].");
    }
    double[][] numbers = new double[list.size()][];
    for (int row = 0; row < numbers.length; row++) {
      numbers[row] = numbers(list.get(row), Text.of("%s: row %d", where, row));
      if (numbers[row].length == 0 || numbers[row].length != numbers[0].length) {
        throw new DataException(
            Text.of(
                "%s: row %d has %d numbers, row 0 has %d.",
                where, row, numbers[row].length, numbers[0].length));
      }
    }
    double[] classes = labels == null ? new double[0] : numbers(labels, where + ": labels");
    if (labels != null && classes.length != numbers.length) {
      throw new DataException(
          Text.of("%s has %d labels of %d rows.", where, classes.length, numbers.length));
    }
    return new FeatureTable(
        Arrays.stream(numbers).flatMapToDouble(Arrays::stream).toArray(),
        numbers[0].length,
        Arrays.stream(classes).mapToInt(c -> (int) c).toArray());
  }

  /**
   * @param list of numbers
   */
  static double[] numbers(Object list, String where) {
    if (!(list instanceof List<?> values)
        || !values.stream()
            .allMatch(v -> v instanceof Number n && Double.isFinite(n.doubleValue()))) {
      throw new DataException(where + " must be a list of finite numbers.");
    }
    return values.stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }
}
