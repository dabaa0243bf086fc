package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@link Graph#rows}: {@code y_i = x_{r_i}}. Gradient: {@code dx_j = sum of dy_i with r_i = j},
 * added in the order of i. Operands: {@code x [n, width]}, numbers r {@code [k]}.
 */
final class RowsKernel implements Kernel {
  private final int width;
  private final float[] row;
  private final float[] sum;

  RowsKernel(int width) {
    this.width = width;
    this.row = new float[width];
    this.sum = new float[width];
  }

  @Override
  public String name() {
    return "rows";
  }

  /** It tells rows by their number. */
  @Override
  public boolean isCut() {
    return false;
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    for (int i = 0; i * width < result.capacity(); i++) {
      result.put(i * width, operands[0], start(operands, i), width);
    }
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    FloatBuffer dx = gradients[0];
    Arrays.fill(row, 0);
    for (int at = 0; at < dx.capacity(); at += width) {
      dx.put(at, row);
    }
    for (int i = 0; i * width < incoming.capacity(); i++) {
      int at = start(operands, i);
      incoming.get(i * width, row);
      dx.get(at, sum);
      for (int j = 0; j < width; j++) {
        sum[j] += row[j];
      }
      dx.put(at, sum);
    }
  }

  private int start(FloatBuffer[] operands, int i) {
    float number = operands[1].get(i);
    int count = operands[0].capacity() / width;
    if (!(number >= 0 && number < count)) {
      throw new IllegalArgumentException(
          Text.of("row %d to take is %.0f, must be in 0..%d", i, (double) number, count - 1));
    }
    return (int) number * width;
  }
}
