package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
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
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StructType;

/**
 * D4RL's raw order: {@code observations, actions, rewards, terminals, timeouts} (and perhaps {@code
 * next_observations}) of one transition after the other, without episode ids. Either each column of
 * a file's single row holds the whole array, or each row is one transition; then its place is the
 * column {@code index}, which must tell the rows of a file apart, or the row's number in a Parquet
 * file. An episode ends with a terminal or a timeout, and with its file: files do not split
 * episodes. Ids count through the files in order of their names.
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
          Text.of(
              "%s has the names of D4RL but lacks %s; it has %s.",
              uri, missing, TableSource.columns(rows)));
    }
    boolean whole = rows.schema().apply("rewards").dataType() instanceof ArrayType;
    return numbered(whole ? exploded(rows) : placed(rows, uri), whole, uri);
  }

  private static Dataset<Row> exploded(Dataset<Row> rows) {
    List<Column> arrays = new ArrayList<>();
    present(rows).forEach(name -> arrays.add(col(name)));
    Dataset<Row> zipped =
        rows.select(
            file(rows),
            posexplode(arrays_zip(arrays.toArray(Column[]::new))).as(new String[] {"index", "t"}));
    List<Column> fields = new ArrayList<>(List.of(col("file"), col("index")));
    present(rows).forEach(name -> fields.add(col("t").getField(name).as(singular(name))));
    return zipped.select(fields.toArray(Column[]::new));
  }

  private static Dataset<Row> placed(Dataset<Row> rows, String uri) {
    Column index;
    if (Arrays.asList(rows.columns()).contains("index")) {
      DataType type = rows.schema().apply("index").dataType();
      if (!(type instanceof IntegralType)) {
        throw new DataException(
            Text.of(
                "%s: column index, the order of the rows, must hold whole numbers, is %s.",
                uri, type.simpleString()));
      }
      index = col("index");
    } else if (TableSource.Format.PARQUET.name().equalsIgnoreCase(format(rows))) {
      index = rows.metadataColumn("_metadata").getField("row_index");
    } else {
      throw new DataException(
          uri
              + ": rows of JSON lines have no order of their own; add a column index, or write each"
              + " column as one array.");
    }
    List<Column> fields = new ArrayList<>(List.of(file(rows), index.as("index")));
    present(rows).forEach(name -> fields.add(col(name).as(singular(name))));
    return rows.select(fields.toArray(Column[]::new));
  }

  private static Column file(Dataset<Row> rows) {
    return rows.metadataColumn("_metadata").getField("file_path").as("file");
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
  private static Dataset<Row> numbered(Dataset<Row> rows, boolean whole, String uri) {
    WindowSpec order = Window.partitionBy("file").orderBy("index");
    Column ends =
        coalesce(flag(rows, "terminal"), lit(false))
            .or(coalesce(flag(rows, "timeout"), lit(false)));
    Column again = col("index").isNull().or(col("index").equalTo(lag("index", 1).over(order)));
    Dataset<Row> local =
        rows.withColumn("again", coalesce(again, lit(false)))
            .withColumn("starts", coalesce(lag(ends.cast("bigint"), 1).over(order), lit(0L)))
            .withColumn(
                "local",
                sum("starts")
                    .over(order.rowsBetween(Window.unboundedPreceding(), Window.currentRow())))
            .withColumn(
                "step",
                row_number().over(Window.partitionBy("file", "local").orderBy("index")).minus(1));
    return local
        .join(broadcast(offsets(local, whole, uri)), "file")
        .withColumn("episode_id", col("local").plus(col("offset")))
        .drop("file", "index", "starts", "local", "offset", "again");
  }

  private static Column flag(Dataset<Row> rows, String name) {
    return Transitions.flag(col(name), rows.schema().apply(name).dataType());
  }

  /** Second pass: episodes of the files before, one row a file; and whether there is an order. */
  private static Dataset<Row> offsets(Dataset<Row> local, boolean whole, String uri) {
    List<Row> counts =
        local
            .groupBy("file")
            .agg(
                max("local").plus(1),
                sum(col("again").cast("bigint")),
                min(when(col("again"), col("index"))))
            .orderBy("file")
            .collectAsList();
    List<Row> offsets = new ArrayList<>();
    long offset = 0;
    for (Row count : counts) {
      if (count.getLong(2) > 0) {
        throw noOrder(count, whole, uri);
      }
      offsets.add(RowFactory.create(count.getString(0), offset));
      offset += count.getLong(1);
    }
    return local
        .sparkSession()
        .createDataFrame(
            offsets, StructType.fromDDL("file STRING NOT NULL, offset BIGINT NOT NULL"));
  }

  private static DataException noOrder(Row file, boolean whole, String uri) {
    String where = Text.of("%s: in %s ", uri, file.getString(0));
    return new DataException(
        whole
            ? where
                + "several rows hold arrays; expected one row a file, whose arrays are the whole"
                + " data set. If each row is an episode, explode the arrays to a row for each"
                + " transition, with the columns episode_id and step."
            : where
                + Text.of(
                    "the column index gives no order: %d rows have one that is missing or was there"
                        + " before%s. It must count through the file's rows, not anew in each"
                        + " episode; number them through, rename index to step and add a column"
                        + " episode_id, or drop it where rows are stored in order in Parquet.",
                    file.getLong(2), file.isNullAt(3) ? "" : ", as the index " + file.get(3)));
  }
}
