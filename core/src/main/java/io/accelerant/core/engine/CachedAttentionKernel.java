package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@link Graph#cachedAttention}. Operands: queries, keys and values side by side {@code [rows, 3
 * width]}; for rotary positions cosines and sines {@code [rows, d / 2]}. Every sum of a row is
 * taken in the order of channels or positions, so that its bits do not depend on other rows.
 */
final class CachedAttentionKernel implements Kernel {
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private final Past.Rows rows;
  private final int layer;
  private final int heads;
  private final int width;
  private final int d;
  private final float scale;
  private final float[] qkv;
  private final float[] cos;
  private final float[] sin;
  private final float[] mixed;
  private float[] scores = {};

  CachedAttentionKernel(Past.Rows rows, int layer, int heads, int width) {
    this.rows = rows;
    this.layer = layer;
    this.heads = heads;
    this.width = width;
    this.d = width / heads;
    this.scale = (float) (1 / StrictMath.sqrt(d));
    this.qkv = new float[3 * width];
    this.cos = new float[d / 2];
    this.sin = new float[d / 2];
    this.mixed = new float[width];
  }

  @Override
  public String name() {
    return "cached_attention";
  }

  /** It tells rows by their number. */
  @Override
  public boolean isCut() {
    return false;
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    int count = result.capacity() / width;
    if (count != rows.count()) {
      throw new IllegalStateException(
          Text.of("%d rows attend, but pasts are given for %d", count, rows.count()));
    }
    for (int row = 0; row < count; row++) {
      Arrays.fill(mixed, 0);
      Past past = rows.past(row);
      if (past != null) {
        operands[0].get(row * 3 * width, qkv);
        if (operands.length > 1) {
          operands[1].get(row * cos.length, cos);
          operands[2].get(row * sin.length, sin);
          rotate(0);
          rotate(width);
        }
        attend(past, rows.position(row));
      }
      result.put(row * width, mixed);
    }
  }

  /** As {@code Positions.rotate}: the pair (x_i, x_{i+d/2}) as a complex number. */
  private void rotate(int from) {
    int half = d / 2;
    for (int head = from; head < from + width; head += d) {
      for (int i = head; i < head + half; i++) {
        float re = qkv[i];
        float im = qkv[i + half];
        qkv[i] = re * cos[i - head] - im * sin[i - head];
        qkv[i + half] = im * cos[i - head] + re * sin[i - head];
      }
    }
  }

  private void attend(Past past, int position) {
    float[][] keys = past.keys[layer];
    float[][] values = past.values[layer];
    for (int c = 0; c < width; c++) {
      keys[c][position] = qkv[width + c];
    }
    values[position] = Arrays.copyOfRange(qkv, 2 * width, 3 * width);
    if (scores.length < past.capacity()) {
      scores = new float[past.capacity()];
    }
    int n = position + 1;
    for (int head = 0; head < width; head += d) {
      Arrays.fill(scores, 0, n, 0);
      FusedSums.add(keys, head, qkv, head, d, scores, 0, n);
      softmax(n);
      FusedSums.add(values, 0, scores, 0, n, mixed, head, head + d);
    }
  }

  /** Of the scaled scores, in place. */
  private void softmax(int n) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      scores[i] *= scale;
      largest = Math.max(largest, scores[i]);
    }
    float sum = 0;
    for (int i = 0; i < n; i++) {
      scores[i] = exp(scores[i] - largest);
      sum += scores[i];
    }
    float inverse = 1 / sum;
    for (int i = 0; i < n; i++) {
      scores[i] *= inverse;
    }
  }

  /**
   * {@code e^x} for x at most 0, to 2e-7: {@code 2^k e^r}, r at most ln 2 / 2 from 0, where the
   * series is cut after the sixth power.
   */
  static float exp(float x) {
    if (!(x > -87)) {
      return x != x ? x : 0;
    }
    int k = (int) (x * LOG2_E - 0.5f);
    float r = x - k * LN2_HIGH - k * LN2_LOW;
    float p = 1 / 720f;
    p = p * r + 1 / 120f;
    p = p * r + 1 / 24f;
    p = p * r + 1 / 6f;
    p = p * r + 0.5f;
    p = p * r + 1;
    p = p * r + 1;
    return p * Float.intBitsToFloat((k + 127) << 23);
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    throw new UnsupportedOperationException("attention over a past has no gradient");
  }
}
