package io.accelerant.distill.teacher;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;

/** A labelled image as it is packed for training: one byte of label, then the pixels. */
public final class ImageRecord {
  /** Labels of a byte. */
  public static final int MOST_CLASSES = 256;

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

  /** The class of a record. */
  public static int label(byte[] record) {
    return record[0] & 0xff;
  }
}
