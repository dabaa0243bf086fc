package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Up to four rows times a matrix {@code [in, out]}. The matrix is read once, at the speed of
 * memory, where a product for many rows copies it first into the order of its kernel. A number of
 * the result is summed by fused multiply-adds in the order of k, in blocks whose sums are added up:
 * what oneDNN's AVX2 product does for a row (compared once a process, see {@link #does}), so that a
 * row does not change with the number of rows.
 */
final class FewRowsProduct implements Runnable {
  /** Most rows: beyond, oneDNN is as fast. */
  static final int ROWS = 4;

  /** Longest of oneDNN's blocks along k. */
  private static final int BLOCK = 256;

  /** Columns of oneDNN's kernel; half as many, or fewer, it sums in another way. */
  private static final int WIDE = 16;

  /** Rows of the matrix that are read for all rows before the next: they stay in the cache. */
  private static final int STEP = 4;

  /** Columns that are summed before the next: their sums stay in the cache. */
  private static final int COLUMNS = 512;

  private final FloatBuffer operand;
  private final MatrixReader matrix;
  private final FloatBuffer result;
  private final Past.Rows pasts;
  private final int in;
  private final int out;
  private final float[] x;
  private final float[][] read;
  private final float[][] block;
  private final float[][] y;

  /**
   * @param operand {@code [rows, in]}
   * @param result {@code [rows, out]}
   * @param pasts rows after the last that has one are not wanted and become zero
   */
  FewRowsProduct(FloatBuffer operand, MatrixReader matrix, FloatBuffer result, Past.Rows pasts) {
    int rows = operand.capacity() / matrix.rows();
    int columns = Math.min(COLUMNS, matrix.columns());
    this.operand = operand;
    this.matrix = matrix;
    this.result = result;
    this.pasts = pasts;
    this.in = matrix.rows();
    this.out = matrix.columns();
    this.x = new float[operand.capacity()];
    this.read = new float[STEP][columns];
    this.block = new float[rows][columns];
    this.y = new float[rows][columns];
  }

  /** A step of a program: operand and matrix, result. */
  static Step step(List<Variable> in, Variable out, Past.Rows pasts) {
    return new Step.Computed(
        "few_rows",
        new FewRowsProduct(in.get(0).floats(), MatrixReader.of(in.get(1)), out.floats(), pasts));
  }

  /**
   * Whether products with so many columns have the same bits whatever their number of rows, here
   * and by oneDNN, and whether the matrix is transposed or not.
   */
  static boolean does(int out) {
    return (out % WIDE == 0 || out % WIDE > WIDE / 2)
        && Engine.threads() == 1
        && FewRowsProbe.SAME_BITS;
  }

  @Override
  public void run() {
    int rows = y.length;
    int wanted = pasts.wanted(rows);
    operand.get(0, x, 0, wanted * in);
    for (float[] row : y) {
      Arrays.fill(row, 0);
    }
    for (int from = 0; from < out; from += COLUMNS) {
      int count = Math.min(COLUMNS, out - from);
      columns(from, count, wanted);
      for (int row = 0; row < rows; row++) {
        result.put(row * out + from, y[row], 0, count);
      }
    }
  }

  private void columns(int from, int count, int wanted) {
    for (int k = 0, depth; k < in; k += depth) {
      depth = depth(in - k);
      float[][] sums = k == 0 ? y : block;
      for (int row = 0; row < wanted; row++) {
        Arrays.fill(sums[row], 0);
      }
      add(k, depth, from, count, wanted, sums);
      for (int row = 0; k > 0 && row < wanted; row++) {
        add(block[row], y[row]);
      }
    }
  }

  /** Length of the next block of so many: whole blocks, then two halves. */
  private static int depth(int left) {
    return left >= 2 * BLOCK ? BLOCK : left > BLOCK ? (left + 1) / 2 : left;
  }

  /** Adds the terms from k on. */
  private void add(int k, int depth, int from, int count, int rows, float[][] sums) {
    for (int i = k; i < k + depth; i += STEP) {
      int terms = Math.min(STEP, k + depth - i);
      for (int j = 0; j < terms; j++) {
        matrix.read(i + j, from, read[j], count);
      }
      for (int row = 0; row < rows; row++) {
        FusedSums.add(read, 0, x, row * in + i, terms, sums[row], 0, count);
      }
    }
  }

  private static void add(float[] from, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
