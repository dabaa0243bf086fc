package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Whether {@link FewRowsProduct} has the bits of oneDNN's products on this processor. */
final class FewRowsProbe {
  /** Loaded with the class: a few milliseconds. */
  static final boolean SAME_BITS = isSame(false) && isSame(true);

  private static final int MANY = 64;

  /** A whole block along k and two parts. */
  private static final int IN = 601;

  /** Whole kernels and a wide remainder. */
  private static final int OUT = 73;

  private FewRowsProbe() {}

  private static boolean isSame(boolean transposed) {
    float[] x = EngineInfo.numbers(MANY * IN);
    float[] w = EngineInfo.numbers(IN * OUT);
    float[] many = product(x, w, transposed);
    FloatBuffer few = FloatBuffer.allocate(FewRowsProduct.ROWS * OUT);
    MatrixReader matrix = MatrixReader.of(FloatBuffer.wrap(columns(w, transposed)), IN, OUT);
    for (int row = 0; row < MANY; row += FewRowsProduct.ROWS) {
      FloatBuffer rows = FloatBuffer.wrap(x, row * IN, FewRowsProduct.ROWS * IN).slice();
      new FewRowsProduct(rows, matrix, few, new Past.Rows()).run();
      int size = few.capacity();
      if (!Arrays.equals(few.array(), 0, size, many, row * OUT, row * OUT + size)) {
        return false;
      }
    }
    return true;
  }

  private static float[] columns(float[] w, boolean transposed) {
    float[] columns = w.clone();
    for (int i = 0; transposed && i < w.length; i++) {
      columns[i % IN * OUT + i / IN] = w[i];
    }
    return columns;
  }

  private static float[] product(float[] x, float[] w, boolean transposed) {
    Graph g = new Graph(Precision.FLOAT32);
    Value matrix = transposed ? g.input("w", OUT, IN) : g.input("w", IN, OUT);
    g.output("y", g.input("x", MANY, IN).matmul(matrix, false, transposed));
    try (Program program = g.forward()) {
      program.set("x", x).set("w", w).run();
      return program.floats("y");
    }
  }
}
