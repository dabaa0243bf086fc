package io.accelerant.core.engine;

import java.nio.FloatBuffer;

/**
 * {@link Value#layerNorm} (centred, with bias) and {@link Value#rmsNorm} (neither): {@code y = h
 * gain + bias}, {@code h = r (x - m)}, {@code r = 1 / sqrt(mean((x - m)^2) + epsilon)}, m the mean
 * or 0. Gradient: {@code dx = r (d - mean(d) - h mean(d h))}, {@code d = dy gain}, without {@code
 * mean(d)} when not centred; {@code dgain = sum dy h}, {@code dbias = sum dy} over all rows. Sums
 * are taken in float64.
 */
final class NormKernel implements Kernel {
  /** Rows whose gradient sums are kept in float32 before they go to the float64 sum. */
  private static final int BLOCK = 32;

  private final boolean centred;
  private final double epsilon;
  private final int width;
  private final float[] x;
  private final float[] d;
  private final float[] gain;
  private final float[] bias;
  private final float[] gainBlock;
  private final float[] biasBlock;

  NormKernel(boolean centred, double epsilon, int width) {
    this.centred = centred;
    this.epsilon = epsilon;
    this.width = width;
    this.x = new float[width];
    this.d = new float[width];
    this.gain = new float[width];
    this.bias = new float[width];
    this.gainBlock = new float[width];
    this.biasBlock = new float[width];
  }

  @Override
  public String name() {
    return centred ? "layer_norm" : "rms_norm";
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    operands[1].get(0, gain);
    if (centred) {
      operands[2].get(0, bias);
    }
    for (int at = 0; at < result.capacity(); at += width) {
      normalise(operands[0], at);
      for (int i = 0; i < width; i++) {
        x[i] = x[i] * gain[i] + bias[i];
      }
      result.put(at, x);
    }
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    operands[1].get(0, gain);
    double[] gainSum = new double[width];
    double[] biasSum = new double[width];
    int size = incoming.capacity();
    for (int at = 0, row = 1; at < size; at += width, row++) {
      float r = normalise(operands[0], at);
      incoming.get(at, d);
      for (int i = 0; i < width; i++) {
        biasBlock[i] += d[i];
        gainBlock[i] += d[i] * x[i];
        d[i] *= gain[i];
      }
      if (row % BLOCK == 0 || at + width == size) {
        flush(gainBlock, gainSum);
        flush(biasBlock, biasSum);
      }
      if (gradients[0] != null) {
        float a = centred ? (float) (sum(d) / width) : 0;
        float b = (float) (dot(d, x) / width);
        for (int i = 0; i < width; i++) {
          d[i] = r * (d[i] - a - x[i] * b);
        }
        gradients[0].put(at, d);
      }
    }
    put(gainSum, gradients[1]);
    if (centred) {
      put(biasSum, gradients[2]);
    }
  }

  /** Fills {@link #x} with h of one row; returns r. */
  private float normalise(FloatBuffer rows, int at) {
    rows.get(at, x);
    if (centred) {
      float mean = (float) (sum(x) / width);
      for (int i = 0; i < width; i++) {
        x[i] -= mean;
      }
    }
    float r = (float) (1 / Math.sqrt(dot(x, x) / width + epsilon));
    for (int i = 0; i < width; i++) {
      x[i] *= r;
    }
    return r;
  }

  private static void flush(float[] block, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += block[i];
      block[i] = 0;
    }
  }

  private void put(double[] sum, FloatBuffer into) {
    if (into == null) {
      return;
    }
    for (int i = 0; i < width; i++) {
      d[i] = (float) sum[i];
    }
    into.put(0, d);
  }

  /** Four running sums, so that one addition need not wait for the last. */
  private double sum(float[] a) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < width; i += 4) {
      s0 += a[i];
      s1 += a[i + 1];
      s2 += a[i + 2];
      s3 += a[i + 3];
    }
    for (; i < width; i++) {
      s0 += a[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private double dot(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < width; i += 4) {
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < width; i++) {
      s0 += (double) a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
