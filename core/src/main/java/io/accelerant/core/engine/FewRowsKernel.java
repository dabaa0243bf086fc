package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Rows times a matrix for up to three rows. The matrix is read once, at the speed of memory. A
 * number of the result is summed by fused multiply-adds in the order of k, in blocks whose sums are
 * added up: what oneDNN's AVX2 product does for a row among four or more (measured, and held by a
 * test of the bits), so that a row does not change with the number of rows.
 */
final class FewRowsKernel implements Kernel {
  /** Most rows. */
  static final int ROWS = 3;

  /** Longest of oneDNN's blocks along k. */
  private static final int BLOCK = 256;

  /** Columns of oneDNN's kernel; half as many, or fewer, it sums in another way. */
  private static final int WIDE = 16;

  /** Columns at a time: eight rows of the matrix stay in the first cache. */
  private static final int COLUMNS = 512;

  private static final int STEP = 8;

  private final int in;
  private final int out;
  private final boolean transposed;
  private final float[] x;
  private final float[] y;
  private final float[] sums;
  private final float[] block = new float[ROWS * COLUMNS];
  private final float[] tile;

  /**
   * @param transposed whether the matrix is {@code [out, in]}, else {@code [in, out]}
   */
  FewRowsKernel(int in, int out, boolean transposed) {
    this.in = in;
    this.out = out;
    this.transposed = transposed;
    this.x = new float[ROWS * in];
    this.y = new float[ROWS * out];
    this.sums = new float[COLUMNS];
    this.tile = new float[STEP * Math.max(COLUMNS, BLOCK)];
  }

  /** Whether a product has the bits of one of more rows here. */
  static boolean does(int rows, int out) {
    return rows <= ROWS && (out % WIDE == 0 || out % WIDE > WIDE / 2);
  }

  @Override
  public String name() {
    return "few_rows";
  }

  @Override
  public boolean isCut() {
    return false;
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    int rows = result.capacity() / out;
    operands[0].get(0, x, 0, rows * in);
    Arrays.fill(y, 0, rows * out, 0);
    for (int k = 0, depth; k < in; k += depth) {
      depth = depth(in - k);
      if (transposed) {
        addDots(operands[1], k, depth, rows);
      } else {
        addColumns(operands[1], k, depth, rows);
      }
    }
    result.put(0, y, 0, rows * out);
  }

  /** Length of the next block of so many: whole blocks, then two halves. */
  private static int depth(int left) {
    return left >= 2 * BLOCK ? BLOCK : left > BLOCK ? (left + 1) / 2 : left;
  }

  /** Adds the part of k .. k+depth-1 of a matrix {@code [in, out]}. */
  private void addColumns(FloatBuffer w, int k, int depth, int rows) {
    for (int n = 0; n < out; n += COLUMNS) {
      int columns = Math.min(COLUMNS, out - n);
      Arrays.fill(block, 0, rows * COLUMNS, 0);
      for (int i = 0; i < depth; i += STEP) {
        int step = Math.min(STEP, depth - i);
        for (int j = 0; j < step; j++) {
          w.get((k + i + j) * out + n, tile, j * columns, columns);
        }
        for (int row = 0; row < rows; row++) {
          FusedSums.add(tile, 0, columns, x, row * in + k + i, step, block, row * COLUMNS, columns);
        }
      }
      for (int row = 0; row < rows; row++) {
        FusedSums.addOne(block, row * COLUMNS, 1, y, row * out + n, columns);
      }
    }
  }

  /** As {@link #addColumns} of a matrix {@code [out, in]}: eight sums at a time. */
  private void addDots(FloatBuffer w, int k, int depth, int rows) {
    for (int n = 0; n < out; n += STEP) {
      int count = Math.min(STEP, out - n);
      for (int j = 0; j < count; j++) {
        w.get((n + j) * in + k, tile, j * BLOCK, depth);
      }
      for (int row = 0; row < rows; row++) {
        dots(row * in + k, depth);
        for (int j = 0; j < count; j++) {
          y[row * out + n + j] += sums[j];
        }
      }
    }
  }

  private void dots(int at, int depth) {
    float[] t = tile;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int i = 0; i < depth; i++) {
      float v = x[at + i];
      s0 = Math.fma(v, t[i], s0);
      s1 = Math.fma(v, t[BLOCK + i], s1);
      s2 = Math.fma(v, t[2 * BLOCK + i], s2);
      s3 = Math.fma(v, t[3 * BLOCK + i], s3);
      s4 = Math.fma(v, t[4 * BLOCK + i], s4);
      s5 = Math.fma(v, t[5 * BLOCK + i], s5);
      s6 = Math.fma(v, t[6 * BLOCK + i], s6);
      s7 = Math.fma(v, t[7 * BLOCK + i], s7);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums[4] = s4;
    sums[5] = s5;
    sums[6] = s6;
    sums[7] = s7;
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    throw new UnsupportedOperationException("products of few rows have no gradient");
  }
}
