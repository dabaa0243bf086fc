package io.accelerant.core.engine;

import java.nio.FloatBuffer;

/** {@link Value#geluTanh()}: {@code y = x (1 + t) / 2}, {@code t = tanh(s (x + c x^3))}. */
final class GeluTanhKernel implements Kernel {
  private static final int CHUNK = 1024;
  private static final float SCALE = (float) StrictMath.sqrt(2 / Math.PI);
  private static final float CUBE = SCALE * 0.044715f;

  private final float[] x = new float[CHUNK];
  private final float[] t = new float[CHUNK];
  private final float[] g = new float[CHUNK];

  @Override
  public String name() {
    return "gelu_tanh";
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    int size = result.capacity();
    for (int at = 0; at < size; at += CHUNK) {
      int n = Math.min(CHUNK, size - at);
      operands[0].get(at, x, 0, n);
      tanh(n);
      for (int i = 0; i < n; i++) {
        t[i] = 0.5f * x[i] * (1 + t[i]);
      }
      result.put(at, t, 0, n);
    }
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    int size = incoming.capacity();
    for (int at = 0; at < size; at += CHUNK) {
      int n = Math.min(CHUNK, size - at);
      operands[0].get(at, x, 0, n);
      incoming.get(at, g, 0, n);
      tanh(n);
      for (int i = 0; i < n; i++) {
        float v = x[i];
        float h = t[i];
        float slope = SCALE + 3 * CUBE * v * v;
        g[i] *= 0.5f * (1 + h + v * (1 - h * h) * slope);
      }
      gradients[0].put(at, g, 0, n);
    }
  }

  /**
   * {@code t = tanh(u)} to 2e-7: Lambert's continued fraction cut after the seventh term, at u/2,
   * and {@code tanh 2v = 2 tanh v / (1 + tanh^2 v)}. No branch and no table, so that the compiler
   * turns the loop into vector instructions.
   */
  private void tanh(int n) {
    for (int i = 0; i < n; i++) {
      float u = x[i] * (SCALE + CUBE * x[i] * x[i]);
      float v = 0.5f * Math.max(-9f, Math.min(9f, u)); // beyond 9, tanh is 1 in float32
      float z = v * v;
      float p = v * (135135f + z * (17325f + z * (378f + z)));
      float q = 135135f + z * (62370f + z * (3150f + z * 28f));
      float h = p / q;
      t[i] = 2 * h / (1 + h * h);
    }
  }
}
