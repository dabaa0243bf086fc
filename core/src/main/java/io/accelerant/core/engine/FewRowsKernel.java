package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Up to four rows times a matrix. The matrix is read once, at the speed of memory, where a product
 * for many rows copies it first into the order of its kernel. A number of the result is summed by
 * fused multiply-adds in the order of k, in blocks whose sums are added up: what oneDNN's AVX2
 * product does for a row (compared once a process, see {@link #does}), so that a row does not
 * change with the number of rows. Operand: {@code [rows, in]}.
 */
final class FewRowsKernel implements Kernel {
  /** Most rows: beyond, oneDNN is as fast. */
  static final int ROWS = 4;

  /** Longest of oneDNN's blocks along k. */
  private static final int BLOCK = 256;

  /** Columns of oneDNN's kernel; half as many, or fewer, it sums in another way. */
  private static final int WIDE = 16;

  /** Rows of the matrix that are read for all rows before the next: they stay in the cache. */
  private static final int STEP = 4;

  private final MatrixRows matrix;
  private final Past.Rows pasts;
  private final float[] x;
  private final float[][] y;
  private final float[][] block;

  /**
   * @param pasts rows after the last that has one are not wanted and become zero
   */
  FewRowsKernel(MatrixRows matrix, Past.Rows pasts) {
    this.matrix = matrix;
    this.pasts = pasts;
    this.x = new float[ROWS * matrix.in()];
    this.y = new float[ROWS][matrix.out()];
    this.block = new float[ROWS][matrix.out()];
  }

  /** Whether a product is one of few rows, and has the bits of one of more rows here. */
  static boolean does(int rows, int out) {
    return rows <= ROWS
        && (out % WIDE == 0 || out % WIDE > WIDE / 2)
        && Engine.threads() == 1
        && FewRowsProbe.SAME_BITS;
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
    int out = matrix.out();
    int count = result.capacity() / out;
    int wanted = pasts.wanted(count);
    operands[0].get(0, x, 0, wanted * matrix.in());
    for (float[] row : y) {
      Arrays.fill(row, 0);
    }
    add(0, depth(matrix.in()), wanted, y);
    for (int k = depth(matrix.in()), depth; k < matrix.in(); k += depth) {
      depth = depth(matrix.in() - k);
      for (int row = 0; row < wanted; row++) {
        Arrays.fill(block[row], 0);
      }
      add(k, depth, wanted, block);
      for (int row = 0; row < wanted; row++) {
        add(block[row], y[row]);
      }
    }
    for (int row = 0; row < count; row++) {
      result.put(row * out, y[row]);
    }
  }

  /** Length of the next block of so many: whole blocks, then two halves. */
  private static int depth(int left) {
    return left >= 2 * BLOCK ? BLOCK : left > BLOCK ? (left + 1) / 2 : left;
  }

  /** Adds the terms from k on. */
  private void add(int k, int depth, int rows, float[][] sums) {
    for (int i = k; i < k + depth; i += STEP) {
      int terms = Math.min(STEP, k + depth - i);
      for (int row = 0; row < rows; row++) {
        int at = row * matrix.in() + i;
        FusedSums.add(matrix.rows(), i, x, at, terms, sums[row], 0, matrix.out());
      }
    }
  }

  private static void add(float[] from, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    throw new UnsupportedOperationException("products of few rows have no gradient");
  }
}
