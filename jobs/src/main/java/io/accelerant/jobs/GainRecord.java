package io.accelerant.jobs;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.RecordJson;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rows that were measured, by name, in order: the file that the table of the README is made of.
 */
record GainRecord(Map<String, GainRow> rows) {
  /** The lines of a Markdown file between which the table stands. */
  static final String BEGIN = "<!-- begin: accelerant gains -->";

  static final String END = "<!-- end: accelerant gains -->";

  /**
   * @throws DataException if it is of another form
   */
  static GainRecord read(InputFile file) {
    return RecordJson.read(file.json(), GainRecord.class, file.uri());
  }

  byte[] json() {
    return CanonicalJson.bytes(RecordJson.tree(this));
  }

  /** What all of it says, whoever measured it. */
  String contentHash() {
    Map<String, String> hashes = new TreeMap<>();
    rows.forEach((name, row) -> hashes.put(name, row.contentHash()));
    return CanonicalJson.sha256Of(hashes);
  }

  /**
   * These rows in the order of a list and under its texts, others than it has left out.
   *
   * @param measured rows that take the place of those of their names
   */
  GainRecord with(List<GainEntry> entries, Map<String, GainRow> measured) {
    Map<String, GainRow> all = new LinkedHashMap<>();
    for (GainEntry entry : entries) {
      GainRow row = measured.getOrDefault(entry.name(), rows.get(entry.name()));
      if (row != null) {
        all.put(entry.name(), row.describedBy(entry));
      }
    }
    return new GainRecord(all);
  }

  /** Of every artifact once, whichever rows it serves. */
  double seconds() {
    Map<String, Double> all = new LinkedHashMap<>();
    rows.values().forEach(row -> all.putAll(row.seconds()));
    return all.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * The rows as a table.
   *
   * @param source shown as where a row comes from
   */
  Table table(Function<GainRow, String> source) {
    Table table = Table.of("method", "what was measured", "the control", "result", "seconds", "in");
    rows.values()
        .forEach(
            row ->
                table.row(
                    row.method(),
                    row.measuredUnder(),
                    row.control(),
                    row.text(),
                    row.time(),
                    source.apply(row)));
    return table;
  }

  /** By what, on what and in how long all of it was made. */
  String made() {
    return Text.of(
        "Intervals are 95 %%. %d rows, made by `accelerant gains` (%s) in %,.0f seconds on %s"
            + " cores, data included.",
        rows.size(), distinct(GainRow::version), seconds(), distinct(GainRow::cores));
  }

  private String distinct(Function<GainRow, Object> of) {
    return rows.values().stream()
        .map(of)
        .map(String::valueOf)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /**
   * A Markdown file with this table between its marks.
   *
   * @param name of the file, for errors
   * @throws ConfigException if the marks are not there
   */
  String in(String markdown, String name) {
    int begin = markdown.indexOf(BEGIN + "\n");
    int end = markdown.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new ConfigException(
          Text.of(
              "gains.readme: %s must have the lines %s and %s, between which the table is put.",
              name, BEGIN, END));
    }
    return markdown.substring(0, begin + BEGIN.length())
        + "\n\n"
        + table(row -> Text.of("[%s](%s)", row.conf(), row.conf())).unpadded().markdown()
        + "\n"
        + made()
        + "\n\n"
        + markdown.substring(end);
  }
}
