package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Location;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table that is small enough for one machine. A {@code .json} file holds rows, {@code [{..},
 * ..]}, or columns, {@code {"a": [..], ..}}; one of JSON lines a row a line; anything else, such as
 * Parquet or a folder, is read with Spark.
 *
 * @param hash asked for once
 * @param rows asked for once
 */
public record RowsFile(String uri, Supplier<String> hash, Supplier<List<JsonReader>> rows) {
  /** Of tables in a folder. */
  private static final List<String> ENDINGS = List.of("", ".json", ".jsonl", ".ndjson", ".parquet");

  private static final int LARGEST = 256 << 20;
  private static final int MOST = 2_000_000;

  /**
   * @throws DataException if there is no such file
   */
  public static RowsFile of(String uri, JobContext context) {
    if (isJson(uri, context.hadoop())) {
      InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
      return new RowsFile(uri, file::sha256, () -> read(file));
    }
    TableSource source = TableSource.find(uri, context.hadoop());
    Supplier<Dataset<Row>> rows =
        () -> source.jsonRows(context.spark(), columns(source, context)).select("value");
    return new RowsFile(
        uri, () -> TableSource.hash(rows.get(), uri), () -> collect(rows.get(), uri));
  }

  /**
   * The table of a name in a folder: a file of that name with an ending, or a folder of files, such
   * as tables in artifacts are.
   *
   * @return nothing if there is none
   * @throws DataException if there are several
   */
  public static Optional<RowsFile> in(String folder, String name, JobContext context) {
    List<String> found =
        ENDINGS.stream()
            .map(ending -> folder + "/" + name + ending)
            .filter(uri -> isThere(uri, context.hadoop()))
            .toList();
    if (found.size() > 1) {
      throw new DataException(
          Text.of(
              "%s holds the table %s twice, %s and %s; leave one.",
              folder, name, found.get(0), found.get(1)));
    }
    return found.stream().findFirst().map(uri -> of(uri, context));
  }

  private static boolean isThere(String uri, Configuration hadoop) {
    try {
      return !Location.of(uri).find(hadoop).isEmpty();
    } catch (IOException e) {
      throw TableSource.cannotRead(uri, e);
    }
  }

  private static boolean isJson(String uri, Configuration hadoop) {
    try {
      List<FileStatus> found = Location.of(uri).find(hadoop);
      return uri.matches(".*\\.(json|jsonl|ndjson)")
          && found.size() <= 1 // or none, which reading says best
          && found.stream().allMatch(FileStatus::isFile);
    } catch (IOException e) {
      throw TableSource.cannotRead(uri, e);
    }
  }

  private static List<String> columns(TableSource source, JobContext context) {
    return source.format() == TableSource.Format.PARQUET
        ? List.of(source.read(context.spark()).columns())
        : List.of();
  }

  private static List<JsonReader> collect(Dataset<Row> rows, String uri) {
    List<Row> found;
    try {
      found = rows.orderBy(col("value")).limit(MOST + 1).collectAsList();
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(uri, e);
    }
    if (found.size() > MOST) {
      throw new DataException(Text.of("%s has more than %,d rows.", uri, MOST));
    }
    return found.stream()
        .map(row -> reader(CanonicalJson.readValue(row.getString(0), uri), uri, row.getString(0)))
        .toList();
  }

  private static List<JsonReader> read(InputFile file) {
    String uri = file.uri();
    if (!uri.endsWith(".json")) {
      List<String> lines =
          new String(file.content(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      return numbered(lines.stream().map(line -> CanonicalJson.readValue(line, uri)).toList(), uri);
    }
    Object json = CanonicalJson.readValue(file.content(), uri);
    if (json instanceof Map<?, ?> columns) {
      return numbered(rows(JsonReader.of(columns, uri, DataException::new)), uri);
    }
    if (!(json instanceof List<?> rows)) {
      throw new DataException(uri + " must hold rows [{..}, ..] or columns {\"..\": [..], ..}.");
    }
    return numbered(rows, uri);
  }

  private static List<Map<String, Object>> rows(JsonReader columns) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String name : columns.fields().keySet()) {
      List<?> column = columns.typed(name, List.class, "a list, a column of the table");
      if (rows.isEmpty()) {
        column.forEach(value -> rows.add(new LinkedHashMap<>()));
      }
      if (column.size() != rows.size()) {
        throw columns.wrong(
            name, Text.of("has %d values, the first column has %d", column.size(), rows.size()));
      }
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).put(name, column.get(i));
      }
    }
    return rows;
  }

  private static List<JsonReader> numbered(List<?> rows, String uri) {
    List<JsonReader> readers = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      readers.add(reader(rows.get(i), uri, Integer.toString(i)));
    }
    return readers;
  }

  private static JsonReader reader(Object row, String uri, String which) {
    String where = Text.of("%s: row %s", uri, which);
    if (!(row instanceof Map<?, ?> fields)) {
      throw new DataException(Text.of("%s must be an object {..}, is %s.", where, row));
    }
    return JsonReader.of(fields, where, DataException::new);
  }
}
