package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;

/**
 * D4RL's raw order: {@code observations, actions, rewards, terminals, timeouts} (and perhaps {@code
 * next_observations}) of one transition after the other, without episode ids. Either each column of
 * a file's single row holds the whole array, or each row is one transition; then its place is the
 * column {@code index}, or the row's number in a Parquet file. An episode ends with a terminal or a
 * timeout, and with its file: files do not split episodes. Ids count through the files in order of
 * their names.
 */
final class RawOrder {
  private static final List<String> NAMES =
      List.of("observations", "actions", "rewards", "next_observations", "terminals", "timeouts");
  private static final List<String> REQUIRED =
      List.of("observations", "rewards", "terminals", "timeouts");

  private RawOrder() {}

  /** By the names of the columns. */
  static boolean isRaw(Dataset<Row> rows) {
    List<String> columns = Arrays.asList(rows.columns());
    return !columns.contains("episode_id") && columns.contains("rewards");
  }

  /** The columns of {@link Transitions}, types as they are. */
  static Dataset<Row> read(Dataset<Row> rows, String uri) {
    List<String> columns = Arrays.asList(rows.columns());
    List<String> missing = REQUIRED.stream().filter(name -> !columns.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new DataException(
          "%s has the names of D4RL but lacks %s; it has %s."
              .formatted(uri, missing, TableSource.columns(rows)));
    }
    boolean whole = rows.schema().apply("rewards").dataType() instanceof ArrayType;
    return numbered(whole ? exploded(rows) : placed(rows, uri));
  }

  private static Dataset<Row> exploded(Dataset<Row> rows) {
    List<Column> arrays = new ArrayList<>();
    present(rows).forEach(name -> arrays.add(col(name)));
    Dataset<Row> zipped =
        rows.select(
            col("_metadata.file_path").as("file"),
            posexplode(arrays_zip(arrays.toArray(Column[]::new))).as(new String[] {"index", "t"}));
    List<Column> fields = new ArrayList<>(List.of(col("file"), col("index")));
    present(rows).forEach(name -> fields.add(col("t").getField(name).as(singular(name))));
    return zipped.select(fields.toArray(Column[]::new));
  }

  private static Dataset<Row> placed(Dataset<Row> rows, String uri) {
    Column index;
    if (Arrays.asList(rows.columns()).contains("index")) {
      index = col("index");
    } else if (TableSource.Format.PARQUET.name().equalsIgnoreCase(format(rows))) {
      index = col("_metadata.row_index");
    } else {
      throw new DataException(
          uri
              + ": rows of JSON lines have no order of their own; add a column index, or write each"
              + " column as one array.");
    }
    List<Column> fields =
        new ArrayList<>(List.of(col("_metadata.file_path").as("file"), index.as("index")));
    present(rows).forEach(name -> fields.add(col(name).as(singular(name))));
    return rows.select(fields.toArray(Column[]::new));
  }

  private static String format(Dataset<Row> rows) {
    String[] files = rows.inputFiles();
    return files.length > 0 && files[0].endsWith(".parquet") ? "parquet" : "json";
  }

  private static List<String> present(Dataset<Row> rows) {
    List<String> columns = Arrays.asList(rows.columns());
    return NAMES.stream().filter(columns::contains).toList();
  }

  private static String singular(String name) {
    return name.substring(0, name.length() - 1);
  }

  /** episode = number of ends before this row, in its file and all files before. */
  private static Dataset<Row> numbered(Dataset<Row> rows) {
    WindowSpec order = Window.partitionBy("file").orderBy("index");
    Column ends =
        coalesce(col("terminal").cast("boolean"), lit(false))
            .or(coalesce(col("timeout").cast("boolean"), lit(false)));
    Dataset<Row> local =
        rows.withColumn("starts", coalesce(lag(ends.cast("bigint"), 1).over(order), lit(0L)))
            .withColumn(
                "local",
                sum("starts")
                    .over(order.rowsBetween(Window.unboundedPreceding(), Window.currentRow())))
            .withColumn(
                "step",
                row_number().over(Window.partitionBy("file", "local").orderBy("index")).minus(1));
    return local
        .join(broadcast(offsets(local)), "file")
        .withColumn("episode_id", col("local").plus(col("offset")))
        .drop("file", "index", "starts", "local", "offset");
  }

  /** Second pass: episodes of the files before, one row a file. */
  private static Dataset<Row> offsets(Dataset<Row> local) {
    List<Row> counts =
        local.groupBy("file").agg(max("local").plus(1)).orderBy("file").collectAsList();
    List<Row> offsets = new ArrayList<>();
    long offset = 0;
    for (Row count : counts) {
      offsets.add(RowFactory.create(count.getString(0), offset));
      offset += count.getLong(1);
    }
    return local
        .sparkSession()
        .createDataFrame(
            offsets, StructType.fromDDL("file STRING NOT NULL, offset BIGINT NOT NULL"));
  }
}
