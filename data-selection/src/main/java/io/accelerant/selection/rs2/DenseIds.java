package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

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
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Ids {@code 0 .. N-1} of the rows of a table: assigned, or checked. */
public final class DenseIds {
  private static final StructType OFFSETS =
      StructType.fromDDL("dense_file STRING NOT NULL, dense_offset BIGINT NOT NULL");

  private DenseIds() {}

  /**
   * Numbers the rows of Parquet files in stored order: files by name, rows by their place in the
   * file. It is what {@code zipWithIndex} gives when a partition is a file and files come in order,
   * but does not depend on how Spark packs files into partitions. One job counts the rows of each
   * file (from the footers); the ids are then an addition. Store the result: the ids are those of
   * these files.
   *
   * @param files as read by {@code spark.read().parquet}
   * @param id name of the new column, the first of the result
   */
  public static Dataset<Row> assign(Dataset<Row> files, String id) {
    SparkSession spark = files.sparkSession();
    // also where the user has a column of this name
    Column metadata = files.metadataColumn("_metadata");
    List<Row> counts =
        files
            .select(metadata.getField("file_path").as("dense_file"))
            .groupBy("dense_file")
            .agg(count(lit(1)))
            .orderBy("dense_file")
            .collectAsList();
    List<Row> offsets = new ArrayList<>();
    long offset = 0;
    for (Row row : counts) {
      offsets.add(RowFactory.create(row.getString(0), offset));
      offset += row.getLong(1);
    }
    // one column, so that none of the user's has the name of one of these
    Column own = struct(Arrays.stream(files.columns()).map(DenseIds::named).toArray(Column[]::new));
    return files
        .select(
            own.as("own"),
            metadata.getField("file_path").as("dense_file"),
            metadata.getField("row_index").as("dense_place"))
        .join(broadcast(spark.createDataFrame(offsets, OFFSETS)), "dense_file")
        .select(col("dense_offset").plus(col("dense_place")).as(id), col("own.*"));
  }

  /** A column by its name, whatever signs are in it. */
  static Column named(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }

  /**
   * Checks that a column holds each of 0 .. N-1 once, in two passes without an exchange of rows:
   * number, bounds, sum and exclusive-or of the ids and of their hashes must be those of the range.
   *
   * @param whatItIs the table, named in errors
   * @return N
   * @throws DataException naming an id that is missing, there twice or out of range
   */
  public static long require(Dataset<Row> table, String id, String whatItIs) {
    if (!List.of(table.columns()).contains(id)) {
      throw new DataException(
          Text.of(
              "%s has no column \"%s\"; its columns are %s.",
              whatItIs, id, TableSource.columns(table)));
    }
    DataType type = table.schema().apply(id).dataType();
    if (!type.equals(DataTypes.LongType) && !type.equals(DataTypes.IntegerType)) {
      throw new DataException(
          Text.of(
              "%s: column \"%s\" must hold whole numbers 0, 1, .., is %s.",
              whatItIs, id, type.simpleString()));
    }
    Dataset<Row> ids = table.select(named(id).cast(DataTypes.LongType).as("id"));
    Row found =
        ids.agg(count(lit(1)), count("id"), min("id"), max("id"), digest(), sumOfHashes()).head();
    long rows = found.getLong(0);
    if (found.getLong(1) < rows) {
      throw new DataException(
          Text.of(
              "%s: column \"%s\" is null in %d rows; ids must be 0 .. %d, each once.",
              whatItIs, id, rows - found.getLong(1), rows - 1));
    }
    if (rows == 0) {
      return 0;
    }
    requireBounds(found, rows, id, whatItIs);
    Row expected = ids.sparkSession().range(rows).agg(digest(), sumOfHashes()).head();
    if (found.getLong(4) != expected.getLong(0)
        || !found.getDecimal(5).equals(expected.getDecimal(1))) {
      Row twice = ids.groupBy("id").agg(count(lit(1)).as("n")).filter("n > 1").orderBy("id").head();
      throw new DataException(
          Text.of(
              "%s: id %d of column \"%s\" is there %d times; ids must be 0 .. %d, each once.",
              whatItIs, twice.getLong(0), id, twice.getLong(1), rows - 1));
    }
    return rows;
  }

  private static void requireBounds(Row found, long rows, String id, String whatItIs) {
    if (found.getLong(2) != 0 || found.getLong(3) != rows - 1) {
      throw new DataException(
          Text.of(
              "%s: column \"%s\" holds ids from %d to %d in %d rows; ids must be 0 .. %d, each"
                  + " once. Leave rs2.id out to have them assigned.",
              whatItIs, id, found.getLong(2), found.getLong(3), rows, rows - 1));
    }
  }

  private static Column digest() {
    return expr("bit_xor(xxhash64(id))");
  }

  private static Column sumOfHashes() {
    return sum(xxhash64(col("id")).cast(DataTypes.createDecimalType(20, 0)));
  }
}
