package io.accelerant.core.data;

import io.accelerant.core.artifact.StoreFailure;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A table that a user names by a URI: a file, a folder or a glob of one format. File names decide:
 * {@code .parquet} is Parquet, {@code .json}, {@code .jsonl} and {@code .ndjson} are JSON lines,
 * anything else is text with one row a line. JSON and text may be compressed as Hadoop knows it.
 *
 * @param uri with a scheme; what the user wrote without one is a local path
 */
public record TableSource(String uri, Format format) {
  /** How rows are written. */
  public enum Format {
    PARQUET,
    JSON,
    TEXT;

    static Format ofFile(String name) {
      String plain = name.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4|snappy)$", "");
      if (plain.endsWith(".parquet")) {
        return PARQUET;
      }
      return plain.matches(".*\\.(json|jsonl|ndjson)") ? JSON : TEXT;
    }
  }

  /**
   * Finds out what is there, without reading it.
   *
   * @throws DataException if nothing is there, no file is in it, or its files are of several
   *     formats
   */
  public static TableSource find(String uri, Configuration hadoop) {
    return uri.matches("(?s)[a-zA-Z][a-zA-Z0-9+.-]*:.*")
        ? at(uri, hadoop)
        : at("file:" + java.nio.file.Path.of(uri).toAbsolutePath().normalize(), hadoop);
  }

  private static TableSource at(String uri, Configuration hadoop) {
    Set<Format> formats = EnumSet.noneOf(Format.class);
    try {
      Path path = new Path(uri);
      FileSystem files = path.getFileSystem(hadoop);
      FileStatus[] found = files.globStatus(path);
      if (found == null || found.length == 0) {
        throw new DataException("Nothing is at " + uri + ": no such file or folder.");
      }
      for (FileStatus status : found) {
        RemoteIterator<LocatedFileStatus> all = files.listFiles(status.getPath(), true);
        while (all.hasNext()) {
          Path file = all.next().getPath();
          if (!isHidden(status.getPath(), file)) {
            formats.add(Format.ofFile(file.getName()));
          }
        }
      }
    } catch (FileNotFoundException e) {
      throw new DataException("Nothing is at " + uri + ": no such file or folder.", e);
    } catch (IOException | IllegalArgumentException e) {
      throw cannotRead(uri, e);
    }
    if (formats.isEmpty()) {
      throw new DataException("The folder " + uri + " holds no files.");
    }
    if (formats.size() > 1) {
      throw new DataException(
          "The files of %s are of several formats, %s; name a folder or a glob of one format."
              .formatted(uri, formats.toString().toLowerCase(Locale.ROOT)));
    }
    return new TableSource(uri, formats.iterator().next());
  }

  /**
   * Opens the table; text has the one column {@code value}.
   *
   * @throws DataException if the files are not what their names say
   */
  public Dataset<Row> read(SparkSession spark) {
    try {
      return switch (format) {
        case PARQUET -> spark.read().parquet(uri);
        case JSON -> spark.read().option("mode", "FAILFAST").json(uri);
        case TEXT -> spark.read().text(uri);
      };
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw cannotRead(uri + " as " + format.name().toLowerCase(Locale.ROOT), e);
    }
  }

  /**
   * The fingerprint of rows that came from a source. All of them are read, so that a file that
   * cannot be read is found before anything is made from it.
   *
   * @param source for messages
   * @throws DataException if a file cannot be read
   */
  public static String hash(Dataset<Row> rows, String source) {
    try {
      return TableFingerprint.of(rows);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw cannotRead(source, e);
    }
  }

  /** What to throw when Spark cannot read a source. */
  public static DataException cannotRead(String source, Exception e) {
    String why = StoreFailure.explain(e).orElseGet(() -> firstLine(e));
    return new DataException("Cannot read " + source + ": " + why, e);
  }

  /** What a table has, for messages about what it lacks: {@code a (string), b (bigint)}. */
  public static String columns(Dataset<Row> table) {
    return String.join(
        ", ",
        java.util.Arrays.stream(table.schema().fields())
            .map(field -> field.name() + " (" + field.dataType().simpleString() + ")")
            .toList());
  }

  /** Spark reads no file whose name, or whose folder below the root, starts with _ or a dot. */
  private static boolean isHidden(Path root, Path file) {
    for (Path p = file; p != null && !p.equals(root); p = p.getParent()) {
      String name = p.getName();
      if (name.startsWith(".") || (name.startsWith("_") && !name.contains("="))) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
