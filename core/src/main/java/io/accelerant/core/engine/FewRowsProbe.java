package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Whether {@link FewRowsKernel} has the bits of oneDNN's products on this processor. */
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
    MatrixRows matrix = new MatrixRows("w", transposed, IN, OUT);
    matrix.put(w);
    FewRowsKernel kernel = new FewRowsKernel(matrix, new Past.Rows());
    float[] many = product(x, w, transposed);
    float[] few = new float[FewRowsKernel.ROWS * OUT];
    for (int row = 0; row < MANY; row += FewRowsKernel.ROWS) {
      FloatBuffer rows = FloatBuffer.wrap(x, row * IN, FewRowsKernel.ROWS * IN).slice();
      kernel.forward(new FloatBuffer[] {rows}, FloatBuffer.wrap(few));
      if (!Arrays.equals(few, 0, few.length, many, row * OUT, row * OUT + few.length)) {
        return false;
      }
    }
    return true;
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
