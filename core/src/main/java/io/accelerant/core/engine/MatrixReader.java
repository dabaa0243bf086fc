package io.accelerant.core.engine;

import io.accelerant.core.safetensors.HalfFloats;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Parts of the rows of a matrix in native memory, as float32 whatever it is kept in. */
interface MatrixReader {
  int rows();

  int columns();

  /** Copies {@code count} numbers of a row, from a column on. */
  void read(int row, int column, float[] into, int count);

  static MatrixReader of(Variable matrix) {
    int rows = (int) matrix.array().size(0);
    int columns = (int) matrix.array().size(1);
    if (!Storage.isNarrow(matrix.buffer().type)) {
      return of(matrix.floats(), rows, columns);
    }
    boolean half = matrix.buffer().type == Storage.FLOAT16.type();
    return new Narrow(matrix.bytes().asShortBuffer(), half, rows, columns, new short[columns]);
  }

  static MatrixReader of(FloatBuffer numbers, int rows, int columns) {
    return new Wide(numbers, rows, columns);
  }

  /** Kept in float32. */
  record Wide(FloatBuffer numbers, int rows, int columns) implements MatrixReader {
    @Override
    public void read(int row, int column, float[] into, int count) {
      numbers.get(row * columns + column, into, 0, count);
    }
  }

  /**
   * Kept in 16 bits.
   *
   * @param half whether that is float16, else bfloat16
   * @param scratch of a row
   */
  record Narrow(ShortBuffer numbers, boolean half, int rows, int columns, short[] scratch)
      implements MatrixReader {
    @Override
    public void read(int row, int column, float[] into, int count) {
      numbers.get(row * columns + column, scratch, 0, count);
      if (half) {
        for (int i = 0; i < count; i++) {
          into[i] = HalfFloats.fromHalf(scratch[i]);
        }
      } else {
        for (int i = 0; i < count; i++) {
          into[i] = HalfFloats.fromBFloat16(scratch[i]);
        }
      }
    }
  }
}
