package io.accelerant.distill.mmd;

import io.accelerant.core.text.Text;

/**
 * Rows of features, with the class of each where there are classes.
 *
 * @param numbers [rows][width], flat; not copied
 * @param labels [rows], or empty
 */
record FeatureTable(double[] numbers, int width, int[] labels) {
  FeatureTable {
    if (width < 1 || numbers.length % width != 0) {
      throw new IllegalArgumentException(numbers.length + " numbers in rows of " + width);
    }
    if (labels.length > 0 && labels.length != numbers.length / width) {
      throw new IllegalArgumentException(
          Text.of("%d labels of %d rows", labels.length, numbers.length / width));
    }
  }

  /** Without classes. */
  static FeatureTable of(double[] numbers, int width) {
    return new FeatureTable(numbers, width, new int[0]);
  }

  /** Rows of one width, at least one, without classes. */
  static FeatureTable of(float[][] rows) {
    int width = rows[0].length;
    double[] numbers = new double[rows.length * width];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = rows[i / width][i % width];
    }
    return of(numbers, width);
  }

  int rows() {
    return numbers.length / width;
  }

  boolean hasLabels() {
    return labels.length > 0;
  }

  /** The first rows. */
  FeatureTable first(int count) {
    int rows = Math.min(count, rows());
    return new FeatureTable(
        java.util.Arrays.copyOf(numbers, rows * width),
        width,
        java.util.Arrays.copyOf(labels, Math.min(rows, labels.length)));
  }

  /** The rows as arrays. */
  double[][] matrix() {
    double[][] matrix = new double[rows()][];
    for (int row = 0; row < matrix.length; row++) {
      matrix[row] = java.util.Arrays.copyOfRange(numbers, row * width, (row + 1) * width);
    }
    return matrix;
  }

  /** x_i . y_j. */
  double dot(int i, FeatureTable y, int j) {
    double sum = 0;
    for (int k = 0, a = i * width, b = j * width; k < width; k++) {
      sum += numbers[a + k] * y.numbers[b + k];
    }
    return sum;
  }

  /** |x_i|^2 of each row. */
  double[] squares() {
    double[] squares = new double[rows()];
    for (int row = 0; row < squares.length; row++) {
      squares[row] = dot(row, this, row);
    }
    return squares;
  }
}
