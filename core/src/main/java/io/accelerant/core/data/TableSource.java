package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.contains;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.artifact.Location;
import io.accelerant.core.artifact.StoreFailure;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.FileKind;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.types.StructField;

/**
 * A table that a user names by a URI: a file, a folder or a glob of one format. File names decide:
 * {@code .parquet} is Parquet, {@code .json}, {@code .jsonl} and {@code .ndjson} are JSON lines,
 * anything else is text with one row a line. JSON and text may be compressed as Hadoop knows it by
 * their names ({@code a.txt.gz}). All files are read, also in folders below; Parquet files with
 * different columns are read with all of them.
 *
 * @param uri with a scheme; what the user wrote without one is a local path
 * @param roots the file or folder of this name, or those that match it as a pattern
 * @param files that are there, in order
 * @param nested whether some are in folders below that are no partitions ({@code name=value})
 */
public record TableSource(
    String uri, Format format, List<Path> roots, List<Path> files, boolean nested) {
  private static final String GLOBS = DataSource.GLOB_PATHS_KEY();

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
    return at(Location.of(uri), hadoop);
  }

  private static TableSource at(Location location, Configuration hadoop) {
    String uri = location.path().toString();
    List<Path> roots = new ArrayList<>();
    Set<Format> formats = EnumSet.noneOf(Format.class);
    SortedSet<Path> there = new TreeSet<>();
    Set<Boolean> plain = new HashSet<>();
    try {
      FileSystem files = location.path().getFileSystem(hadoop);
      for (FileStatus status : location.find(hadoop)) {
        roots.add(status.getPath());
        if (status.isFile() && isHidden(status.getPath().getName())) {
          throw new DataException(
              Text.of(
                  "%s: Spark reads no file whose name begins with _ or a dot; rename it.",
                  status.getPath()));
        }
        if (location.isLocal()) {
          LocalLinks.require(status.getPath());
        }
        RemoteIterator<LocatedFileStatus> all = files.listFiles(status.getPath(), true);
        while (all.hasNext()) {
          Path file = all.next().getPath();
          if (!isHidden(status.getPath(), file)) {
            formats.add(Format.ofFile(file.getName()));
            there.add(file);
            folders(status.getPath(), file).forEach(f -> plain.add(!f.contains("=")));
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw cannotRead(uri, e);
    }
    if (roots.isEmpty()) {
      throw new DataException(
          Text.of("Nothing is at %s: no such file or folder.%s", uri, location.hint()));
    }
    if (formats.isEmpty()) {
      throw new DataException("The folder " + uri + " holds no files.");
    }
    if (formats.size() > 1) {
      throw new DataException(
          Text.of(
              "The files of %s are of several formats, %s; name a folder or a glob of one format.",
              uri, formats.toString().toLowerCase(Locale.ROOT)));
    }
    if (plain.size() > 1) {
      throw new DataException(
          Text.of(
              "The files below %s are partly in folders name=value, partly in other folders; name a"
                  + " folder or a glob of one kind.",
              uri));
    }
    return new TableSource(
        uri,
        formats.iterator().next(),
        List.copyOf(roots),
        List.copyOf(there),
        plain.contains(true));
  }

  /**
   * Opens the table; text has the one column {@code value}.
   *
   * @throws DataException if the files are not what their names say, or have columns of one name
   *     and different types; for text some of it when the rows are read, which {@link #cannotRead}
   *     explains
   */
  public Dataset<Row> read(SparkSession spark) {
    Dataset<Row> table = checked(spark);
    return format == Format.TEXT ? utf8(table) : table;
  }

  private Dataset<Row> checked(SparkSession spark) {
    if (format != Format.PARQUET) {
      requireText(spark.sparkContext().hadoopConfiguration());
    }
    try {
      return open(spark);
    } catch (Exception | AssertionError e) { // Spark throws what it does not declare
      throw format == Format.PARQUET
          ? differing(spark).orElseGet(() -> cannotRead(uri + " as parquet", e))
          : cannotRead(uri + " as " + format.name().toLowerCase(Locale.ROOT), e);
    }
  }

  private Dataset<Row> open(SparkSession spark) {
    boolean escaped = roots.size() > 1 && roots.stream().anyMatch(r -> !escaped(r).equals(r + ""));
    String[] paths =
        roots.stream().map(r -> escaped ? escaped(r) : r.toString()).toArray(String[]::new);
    DataFrameReader reader =
        wholly(spark).option(GLOBS, escaped).option("recursiveFileLookup", nested);
    return switch (format) {
      case PARQUET -> reader.option("mergeSchema", true).parquet(paths);
      case JSON -> reader.option("mode", "FAILFAST").json(paths);
      case TEXT -> reader.text(paths);
    };
  }

  /**
   * The rows as JSON, one object a row, for those who look at each row themselves: {@code value} as
   * it is written in the lines of a file, whatever is in them, or made of the columns of Parquet,
   * and {@code file}. Bytes that are no UTF-8 become U+FFFD. Lines without any text are no rows.
   *
   * @param columns of Parquet that are taken
   * @throws DataException as {@link #read}, and if it is plain text
   */
  public Dataset<Row> jsonRows(SparkSession spark, List<String> columns) {
    if (format == Format.TEXT) {
      throw new DataException(
          Text.of(
              "%s is plain text by its name; expected Parquet (.parquet) or JSON lines (.jsonl,"
                  + " .ndjson, .json).",
              uri));
    }
    Dataset<Row> rows =
        format == Format.PARQUET
            ? read(spark)
            : new TableSource(uri, Format.TEXT, roots, files, nested).checked(spark);
    Column value = format == Format.PARQUET ? to_json(struct(quoted(columns))) : col("value");
    return rows.select(
            value.as("value"), rows.metadataColumn("_metadata").getField("file_path").as("file"))
        .filter(trim(col("value")).notEqual(""));
  }

  private static Column[] quoted(List<String> columns) {
    return columns.stream()
        .map(name -> col("`" + name.replace("`", "``") + "`"))
        .toArray(Column[]::new);
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

  /**
   * A reader that leaves no file out, whatever a site has set, and takes the name of the one file
   * or folder that it is given literally. Of several such names, if any could be a pattern, Spark
   * would read each as often as there are names: then they are escaped and searched for.
   */
  static DataFrameReader wholly(SparkSession spark) {
    return spark
        .read()
        .option("ignoreCorruptFiles", false)
        .option("ignoreMissingFiles", false)
        .option(GLOBS, false);
  }

  /** Looks at the first bytes of every file: what else it may be is named. */
  private void requireText(Configuration hadoop) {
    CompressionCodecFactory codecs = new CompressionCodecFactory(hadoop);
    List<String> wrong =
        files.parallelStream().flatMap(file -> notText(file, codecs, hadoop).stream()).toList();
    if (!wrong.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s; expected %s. Convert it, or leave it out.",
              wrong.get(0), format == Format.TEXT ? "UTF-8 text" : "JSON lines in UTF-8"));
    }
  }

  private static Optional<String> notText(
      Path file, CompressionCodecFactory codecs, Configuration hadoop) {
    CompressionCodec codec = codecs.getCodec(file);
    try (InputStream raw = file.getFileSystem(hadoop).open(file);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return FileKind.notText(in.readNBytes(FileKind.HEAD))
          .map(kind -> Text.of("%s is %s%s", file, codec == null ? "" : "inside ", kind));
    } catch (IOException | RuntimeException e) { // codecs throw what they like
      throw cannotRead(file.toString(), e);
    }
  }

  /** Lines that are no UTF-8, or hold zero bytes, are an error when they are read. */
  private static Dataset<Row> utf8(Dataset<Row> lines) {
    Column value = col("value");
    Column file = lines.metadataColumn("_metadata").getField("file_path");
    Column why =
        concat(
            file,
            lit(
                " holds bytes that are no UTF-8 text: it is in another encoding (such as Latin-1 or"
                    + " Windows-1252) or no text; convert it to UTF-8, or leave it out."));
    Column isText = is_valid_utf8(value).and(not(contains(value, lit("\0"))));
    return lines.select(
        when(value.isNull().or(isText), value).otherwise(raise_error(why)).as("value"));
  }

  /**
   * The first column that has another type than in a file before, where Spark cannot merge them.
   */
  private Optional<DataException> differing(SparkSession spark) {
    Map<String, StructField> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    Map<String, Path> places = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Path file : files) {
      StructField[] fields;
      try {
        fields = wholly(spark).parquet(file.toString()).schema().fields();
      } catch (Exception e) { // this file is the trouble, and Spark has said so
        return Optional.empty();
      }
      for (StructField field : fields) {
        StructField before = seen.putIfAbsent(field.name(), field);
        Path place = places.putIfAbsent(field.name(), file);
        if (before != null && !before.dataType().sameType(field.dataType())) {
          return Optional.of(
              new DataException(
                  Text.of(
                      "%s: column \"%s\" is %s, but in %s it is %s; a table has one type a column."
                          + " Write its files anew, or name those of one type.",
                      file,
                      field.name(),
                      field.dataType().simpleString(),
                      place,
                      before.dataType().simpleString())));
        }
      }
    }
    return Optional.empty();
  }

  /** For Spark where it looks for patterns. */
  private static String escaped(Path file) {
    return file.toString().replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
  }

  /** What to throw when Spark cannot read a source. */
  public static DataException cannotRead(String source, Throwable e) {
    Optional<String> raised = raised(e);
    if (raised.isPresent()) {
      return new DataException(raised.get(), e);
    }
    String why = StoreFailure.explain(e).orElseGet(() -> firstLine(e));
    return new DataException("Cannot read " + source + ": " + why, e);
  }

  /** The message of an error that a plan of ours raises about a row. */
  private static Optional<String> raised(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SparkThrowable spark
          && "USER_RAISED_EXCEPTION".equals(spark.getCondition())) {
        return Optional.ofNullable(spark.getMessageParameters().get("errorMessage"));
      }
    }
    return Optional.empty();
  }

  /** What a table has, for messages about what it lacks: {@code a (string), b (bigint)}. */
  public static String columns(Dataset<Row> table) {
    return String.join(
        ", ",
        Arrays.stream(table.schema().fields())
            .map(field -> field.name() + " (" + field.dataType().simpleString() + ")")
            .toList());
  }

  /** Spark reads no file whose name, or whose folder below the root, starts with _ or a dot. */
  private static boolean isHidden(Path root, Path file) {
    for (Path p = file; p != null && !p.equals(root); p = p.getParent()) {
      if (isHidden(p.getName())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
  }

  /** Names of the folders between a root and a file. */
  private static List<String> folders(Path root, Path file) {
    List<String> names = new ArrayList<>();
    for (Path p = file; !p.equals(root) && !p.getParent().equals(root); p = p.getParent()) {
      names.add(p.getParent().getName());
    }
    return names;
  }

  private static String firstLine(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
