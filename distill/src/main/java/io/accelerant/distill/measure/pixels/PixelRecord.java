package io.accelerant.distill.measure.pixels;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;

/** A labelled image or video as it is packed for training: one byte of label, then the pixels. */
public final class PixelRecord {
  /** Labels of a byte. */
  public static final int MOST_CLASSES = 256;

  private PixelRecord() {}

  /**
   * @throws DataException if the label does not fit a byte
   */
  public static byte[] pack(int label, byte[] pixels) {
    if (label < 0 || label >= MOST_CLASSES) {
      throw new DataException(Text.of("label %d is not in 0..%d.", label, MOST_CLASSES - 1));
    }
    byte[] record = new byte[1 + pixels.length];
    record[0] = (byte) label;
    System.arraycopy(pixels, 0, record, 1, pixels.length);
    return record;
  }

  /** The class of a record. */
  public static int label(byte[] record) {
    return record[0] & 0xff;
  }
}
