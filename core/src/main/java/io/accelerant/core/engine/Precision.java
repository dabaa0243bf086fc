package io.accelerant.core.engine;

import org.nd4j.linalg.api.buffer.DataType;

/** Type of the numbers of a graph. */
public enum Precision {
  FLOAT32(4, DataType.FLOAT),
  FLOAT64(8, DataType.DOUBLE);

  private final int bytes;
  private final DataType type;

  Precision(int bytes, DataType type) {
    this.bytes = bytes;
    this.type = type;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  DataType type() {
    return type;
  }
}
