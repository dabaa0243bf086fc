package io.accelerant.core.engine;

/**
 * A matrix parameter {@code [in, out]} as rows on Java's heap, for {@link FewRowsKernel}.
 *
 * @param name of the parameter
 * @param transposed whether the parameter is {@code [out, in]}
 * @param rows {@code [in][out]}
 */
record MatrixRows(String name, boolean transposed, float[][] rows) {
  MatrixRows(String name, boolean transposed, int in, int out) {
    this(name, transposed, new float[in][out]);
  }

  int in() {
    return rows.length;
  }

  int out() {
    return rows[0].length;
  }

  /** Takes the parameter, row-major. */
  void put(float[] numbers) {
    for (int j = 0; transposed && j < out(); j++) {
      for (int i = 0; i < in(); i++) {
        rows[i][j] = numbers[j * in() + i];
      }
    }
    for (int i = 0; !transposed && i < in(); i++) {
      System.arraycopy(numbers, i * out(), rows[i], 0, out());
    }
  }
}
