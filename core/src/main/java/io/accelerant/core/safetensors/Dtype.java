package io.accelerant.core.safetensors;

/**
 * Element types of safetensors. The order is the one in which the Python library lays tensors out,
 * widest first.
 */
public enum Dtype {
  U64(8),
  I64(8),
  F64(8),
  F32(4),
  U32(4),
  I32(4),
  BF16(2),
  F16(2),
  U16(2),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** Width of one element. */
  public int bytes() {
    return bytes;
  }
}
