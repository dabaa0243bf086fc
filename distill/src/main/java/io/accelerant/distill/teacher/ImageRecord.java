package io.accelerant.distill.teacher;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** A labelled image as it is packed for training: one byte of label, then the pixels. */
public final class ImageRecord {
  /** Labels of a byte. */
  public static final int MOST_CLASSES = 256;

  private static final StructType TABLE = StructType.fromDDL("id BIGINT, record BINARY");

  private ImageRecord() {}

  /**
   * @throws DataException if the label does not fit a byte
   */
  public static byte[] pack(int label, byte[] image) {
    if (label < 0 || label >= MOST_CLASSES) {
      throw new DataException(Text.of("label %d is not in 0..%d.", label, MOST_CLASSES - 1));
    }
    byte[] record = new byte[1 + image.length];
    record[0] = (byte) label;
    System.arraycopy(image, 0, record, 1, image.length);
    return record;
  }

  /** The label that an image is packed with. */
  @FunctionalInterface
  public interface LabelOf extends Serializable {
    int of(long id, int label);
  }

  /**
   * Table (id, record) of a table (id, image, label).
   *
   * @throws DataException in the tasks, if a label does not fit a byte
   */
  public static Dataset<Row> table(Dataset<Row> images, LabelOf labels) {
    MapFunction<Row, Row> pack =
        row -> {
          int label = labels.of(row.getLong(0), row.getInt(2));
          return RowFactory.create(row.getLong(0), pack(label, row.getAs(1)));
        };
    return images.select("id", "image", "label").map(pack, Encoders.row(TABLE));
  }

  /** The class of a record. */
  public static int label(byte[] record) {
    return record[0] & 0xff;
  }
}
