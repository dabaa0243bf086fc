package io.accelerant.core.engine;

/**
 * Weighted sums of runs of numbers by fused multiply-adds, in the order of the terms: {@code y_i +=
 * sum_j w_j x_{from + j stride + i}} for i below n. The compiler turns the loops into vector
 * instructions, which changes no bit.
 */
final class FusedSums {
  private FusedSums() {}

  private static void addOne(float[] x, int from, float w, float[] y, int to, int n) {
    for (int i = 0; i < n; i++) {
      y[to + i] = Math.fma(w, x[from + i], y[to + i]);
    }
  }

  /** Four terms, with the weights {@code w[at] .. w[at+3]}. */
  private static void addFour(
      float[] x, int from, int stride, float[] w, int at, float[] y, int to, int n) {
    float w0 = w[at];
    float w1 = w[at + 1];
    float w2 = w[at + 2];
    float w3 = w[at + 3];
    int x1 = from + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    for (int i = 0; i < n; i++) {
      float sum = Math.fma(w1, x[x1 + i], Math.fma(w0, x[from + i], y[to + i]));
      y[to + i] = Math.fma(w3, x[x3 + i], Math.fma(w2, x[x2 + i], sum));
    }
  }

  /** All terms. */
  static void add(
      float[] x, int from, int stride, float[] w, int at, int terms, float[] y, int to, int n) {
    int j = 0;
    for (; j + 3 < terms; j += 4) {
      addFour(x, from + j * stride, stride, w, at + j, y, to, n);
    }
    for (; j < terms; j++) {
      addOne(x, from + j * stride, w[at + j], y, to, n);
    }
  }
}
