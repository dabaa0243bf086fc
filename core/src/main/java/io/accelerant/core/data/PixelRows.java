package io.accelerant.core.data;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.text.Text;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Labelled images or videos of one source in its own order, not yet checked one by one.
 *
 * @param noun what a row is, for messages: image or video
 * @param rows (place, pixels, label): long, byte[] or null, integer or null
 * @param hash of what was read
 */
record PixelRows(String source, String noun, JavaRDD<Row> rows, PixelShape shape, String hash) {

  Manifest.Parent parent(String role) {
    return new Manifest.Parent(role, source, hash);
  }

  /** Rows (id, pixels, label, split) of one split, ids from {@code from} on. */
  JavaRDD<Row> numbered(long from, String split) {
    return rows.map(row -> RowFactory.create(from + row.getLong(0), row.get(1), row.get(2), split));
  }

  /**
   * Rows (id, pixels, label, split): the first {@code share * count} positions of a keyed
   * permutation are train, the others test.
   */
  JavaRDD<Row> divided(long count, double share, long key) {
    long train = Math.round(share * count);
    Permutation order = PermutationKind.AUTO.of(count, key, 0);
    return rows.map(
        row ->
            RowFactory.create(
                row.get(0),
                row.get(1),
                row.get(2),
                order.position(row.getLong(0)) < train ? "train" : "test"));
  }

  /**
   * A Parquet table in the order of its files and their rows.
   *
   * @throws DataException if there is none, or a column is missing or of the wrong type
   */
  static PixelRows parquet(JobContext context, JobConfig config, PixelKeys keys, String uri) {
    TableSource source = TableSource.find(uri, context.hadoop());
    if (source.format() != TableSource.Format.PARQUET) {
      throw new DataException(
          Text.of("%s is no Parquet; %ss come as Parquet%s.", uri, keys.noun(), keys.orElse()));
    }
    Dataset<Row> table = source.read(context.spark());
    String pixels = config.get(keys.pixels());
    String label = config.get(keys.label());
    boolean binary = requirePixels(table, pixels, keys, uri);
    requireLabel(table, label, keys, uri);
    Dataset<Row> wanted =
        table
            .select(
                functions.col("_metadata.file_path").as("file"),
                functions.col("_metadata.row_index").as("row"),
                table.col(quoted(pixels)).as("pixels"),
                table.col(quoted(label)).cast("bigint").as("label"))
            .orderBy("file", "row")
            .select("pixels", "label");
    String noun = keys.noun();
    JavaRDD<Row> rows =
        wanted
            .javaRDD()
            .zipWithIndex()
            .map(
                pair -> {
                  Row row = pair._1();
                  byte[] bytes =
                      row.isNullAt(0)
                          ? null
                          : binary ? row.getAs(0) : bytes(row.getList(0), pair._2(), noun, uri);
                  Integer number = row.isNullAt(1) ? null : label(row.getLong(1));
                  return RowFactory.create(pair._2(), bytes, number);
                });
    return new PixelRows(uri, noun, rows, keys.shape(config, uri), TableFingerprint.of(wanted));
  }

  private static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  private static boolean requirePixels(
      Dataset<Row> table, String column, PixelKeys keys, String uri) {
    if (List.of(table.columns()).contains(column)) {
      DataType type = table.schema().apply(column).dataType();
      if (type.equals(DataTypes.BinaryType)) {
        return true;
      }
      if (type instanceof ArrayType array && isWhole(array.elementType())) {
        return false;
      }
    }
    throw new DataException(
        Text.of(
            "%s has no column \"%s\" of bytes or of arrays of whole numbers; its columns are %s."
                + " Set %s.",
            uri, column, TableSource.columns(table), keys.pixels().path()));
  }

  private static void requireLabel(Dataset<Row> table, String column, PixelKeys keys, String uri) {
    if (!List.of(table.columns()).contains(column)
        || !isWhole(table.schema().apply(column).dataType())) {
      throw new DataException(
          Text.of(
              "%s has no column \"%s\" of whole numbers; its columns are %s. Set" + " %s.",
              uri, column, TableSource.columns(table), keys.label().path()));
    }
  }

  private static boolean isWhole(DataType type) {
    return List.of(
            DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType)
        .contains(type);
  }

  /** A label that does not fit becomes one that is out of any range. */
  private static int label(long label) {
    return label == (int) label ? (int) label : -1;
  }

  private static byte[] bytes(List<Number> numbers, long row, String noun, String uri) {
    byte[] bytes = new byte[numbers.size()];
    for (int i = 0; i < bytes.length; i++) {
      Number number = numbers.get(i);
      if (number == null || number.longValue() < 0 || number.longValue() > 255) {
        throw new DataException(
            Text.of(
                "%s, row %d: number %d of the %s is %s; expected 0 to 255.",
                uri, row, i, noun, number));
      }
      bytes[i] = (byte) number.intValue();
    }
    return bytes;
  }
}
