package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;

/** A number per row, such as a diffusion time, as a vector: sinusoids, then a small MLP (DiT). */
final class TimeEmbedding {
  /** Sinusoids of a time, as in DiT. */
  static final int FREQUENCIES = 256;

  private TimeEmbedding() {}

  /**
   * @param time {@code [batch]}, in the unit in which 10000 is slow: DiT's steps 0..999
   * @param frequencies even number of sinusoids
   * @param first start of the first matrix
   * @param last start of the second
   * @return {@code [batch, width]}
   */
  static Value apply(
      Scope scope, Value time, int frequencies, int width, Initial first, Initial last) {
    Scope s = scope.in("mlp");
    Value h = s.linear("0", sinusoids(scope.graph(), time, frequencies), width, OUT_IN, first, Z);
    return s.linear("2", h.silu(), width, OUT_IN, last, Z);
  }

  /** As DiT starts: deviation 0.02 whatever the width. */
  static Value apply(Scope scope, Value time, int frequencies, int width) {
    return apply(scope, time, frequencies, width, Initial.normal(0.02), Initial.normal(0.02));
  }

  private static final Scope.Order OUT_IN = Scope.Order.OUT_IN;
  private static final Initial Z = Initial.ZEROS;

  /** {@code [cos(t w_0), .., sin(t w_0), ..]}, w_i = 10000^(-i / half). */
  static Value sinusoids(Graph g, Value time, int frequencies) {
    int half = frequencies / 2;
    double[] rates = new double[half];
    java.util.Arrays.setAll(rates, i -> Positions.angle(1, i, half));
    Value angles = time.reshape(-1, 1).mul(g.constant(rates, 1, half));
    return g.concat(1, angles.cos(), angles.sin());
  }
}
