package io.accelerant.distill.teacher;

import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Tables of labelled images or videos, as records and in memory. */
public final class PixelTables {
  private static final StructType TABLE = StructType.fromDDL("id BIGINT, record BINARY");

  private PixelTables() {}

  /** The label that a row is packed with. */
  @FunctionalInterface
  public interface LabelOf extends Serializable {
    int of(long id, int label);
  }

  /**
   * Table (id, record) of a table (id, column, label); records are {@link PixelRecord}s.
   *
   * @param column of the pixels
   * @throws io.accelerant.core.error.DataException in the tasks, if a label does not fit a byte
   */
  public static Dataset<Row> records(Dataset<Row> rows, String column, LabelOf labels) {
    MapFunction<Row, Row> pack =
        row -> {
          int label = labels.of(row.getLong(0), row.getInt(2));
          return RowFactory.create(row.getLong(0), PixelRecord.pack(label, row.getAs(1)));
        };
    return rows.select("id", column, "label").map(pack, Encoders.row(TABLE));
  }

  /** The first rows in the order of their ids. */
  public static LabelledPixels first(Dataset<Row> table, String column, int limit) {
    List<Row> rows = table.select(column, "label").orderBy("id").limit(limit).collectAsList();
    byte[][] pixels = new byte[rows.size()][];
    int[] labels = new int[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = rows.get(i).getAs(0);
      labels[i] = rows.get(i).getInt(1);
    }
    return new LabelledPixels(pixels, labels);
  }
}
