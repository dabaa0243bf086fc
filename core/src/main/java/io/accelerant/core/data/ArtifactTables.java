package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Tables inside artifacts, in the format that {@code run.format} asks for: Parquet in the folder
 * {@code <table>}, JSON lines in {@code <table>.jsonl}.
 */
public final class ArtifactTables {
  private static final String JSON = ".jsonl";

  private ArtifactTables() {}

  /**
   * A table of an artifact that is being made.
   *
   * @param folder by which the manifest knows it
   * @param rows as they read back; JSON lines do not keep every type
   */
  public record Written(String folder, Dataset<Row> rows) {
    /** The expression in Python that reads it with {@code pd}, from the artifact's directory. */
    public String pandas() {
      return folder.endsWith(JSON)
          ? Text.of(
              "pd.concat(pd.read_json(f, lines=True) for f in"
                  + " sorted(__import__(\"glob\").glob(\"%s/*.json\")))",
              folder)
          : Text.of("pd.read_parquet(\"%s\")", folder);
    }
  }

  /** Writes a table into the artifact of a run, in the format of its configuration. */
  public static Written write(Run run, Dataset<Row> table, String name) {
    String folder = write(table, name, run.artifact(), run.config().get(RunKeys.FORMAT));
    Dataset<Row> rows = written(run.context().spark(), run.artifact(), folder);
    return new Written(folder, complete(rows, table.schema()));
  }

  /** JSON has no column of which all values are null. */
  private static Dataset<Row> complete(Dataset<Row> read, StructType schema) {
    List<String> there = List.of(read.columns());
    Dataset<Row> complete = read;
    for (StructField field : schema.fields()) {
      if (!there.contains(field.name())) {
        complete = complete.withColumn(field.name(), lit(null).cast(field.dataType()));
      }
    }
    return complete;
  }

  /**
   * Writes rows of the driver as a table of one file.
   *
   * @param unmeasured columns that take no part in the fingerprint, such as seconds
   * @return its fingerprint by its folder
   */
  public static Map<String, String> writeRows(
      Run run, String name, List<Row> rows, StructType schema, String... unmeasured) {
    Written written =
        write(run, run.context().spark().createDataFrame(rows, schema).coalesce(1), name);
    StructField[] kept =
        Arrays.stream(schema.fields())
            .filter(field -> !List.of(unmeasured).contains(field.name()))
            .toArray(StructField[]::new);
    return Map.of(written.folder(), TableFingerprint.of(written.rows(), new StructType(kept)));
  }

  /**
   * Writes a table into an artifact that is being made.
   *
   * @param format value of {@link io.accelerant.core.job.RunKeys#FORMAT}
   * @return the table's folder, by which the manifest knows it
   */
  public static String write(
      Dataset<Row> table, String name, ArtifactWriter artifact, String format) {
    String folder = format.equals("json") ? name + JSON : name;
    writer(table, format).save(artifact.tableUri(folder));
    return folder;
  }

  /**
   * Writes a table's files so that their content depends on no setting of the site: JSON has
   * timestamps in UTC and leaves nulls out.
   *
   * @param format value of {@link io.accelerant.core.job.RunKeys#FORMAT}
   */
  public static DataFrameWriter<Row> writer(Dataset<Row> table, String format) {
    return table
        .write()
        .format(format)
        .option("timeZone", "UTC")
        .option("ignoreNullFields", "true");
  }

  /** Reads back what {@link #write} wrote, from the folder it named, before the commit. */
  public static Dataset<Row> written(SparkSession spark, ArtifactWriter artifact, String folder) {
    return read(spark, artifact.uri(folder), folder);
  }

  /**
   * Opens a table of an artifact, in whatever format it is; its files are verified first.
   *
   * @throws ArtifactException if there is no such table or it has changed
   */
  public static Dataset<Row> read(SparkSession spark, Artifact artifact, String name) {
    for (String folder : List.of(name, name + JSON)) {
      if (artifact.manifest().files().stream().anyMatch(f -> f.path().startsWith(folder + "/"))) {
        return read(spark, artifact.tableUri(folder), folder);
      }
    }
    throw new ArtifactException(
        Text.of(
            "%s holds no table %s; it is of kind %s.",
            artifact.uri(), name, artifact.manifest().kind()));
  }

  private static Dataset<Row> read(SparkSession spark, String uri, String folder) {
    DataFrameReader reader = TableSource.wholly(spark);
    return typed(
        folder.endsWith(JSON) ? reader.option("mode", "FAILFAST").json(uri) : reader.parquet(uri));
  }

  /**
   * Partitions by number are whole numbers, also where a site has turned off that Spark infers the
   * types of partitions and they come as text.
   */
  private static Dataset<Row> typed(Dataset<Row> table) {
    Dataset<Row> typed = table;
    for (StructField field : table.schema().fields()) {
      List<String> values =
          field.dataType().equals(DataTypes.StringType)
              ? valuesOf(field.name(), table.inputFiles())
              : List.of();
      if (!values.isEmpty() && values.stream().allMatch(v -> v.matches("-?\\d{1,18}"))) {
        boolean wide = values.stream().anyMatch(v -> (int) Long.parseLong(v) != Long.parseLong(v));
        typed = typed.withColumn(field.name(), col(field.name()).cast(wide ? "bigint" : "int"));
      }
    }
    return typed;
  }

  /** Of the folders {@code name=value} that files are in; none if it is no partition. */
  private static List<String> valuesOf(String name, String[] files) {
    Pattern folder = Pattern.compile("/" + Pattern.quote(name) + "=([^/]*)/");
    return Arrays.stream(files)
        .map(folder::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1))
        .distinct()
        .toList();
  }
}
