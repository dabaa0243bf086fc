package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@link Graph#cachedAttention}. Operand: queries, keys and values side by side {@code [rows,
 * (heads + 2 groups) d]}. Every sum of a row is taken in the order of channels or positions, so
 * that its bits do not depend on other rows.
 */
final class CachedAttentionKernel implements Kernel {
  private final Past.Rows rows;
  private final int layer;
  private final int shared;
  private final int width;
  private final int kept;
  private final int d;
  private final Optional<RotationTable> rotation;
  private final float scale;
  private final float[] qkv;
  private final float[] mixed;
  private float[] scores = {};

  /**
   * @param heads of queries
   * @param groups of keys and values
   * @param d channels of a head
   */
  CachedAttentionKernel(
      Past.Rows rows, int layer, int heads, int groups, int d, Optional<RotationTable> rotation) {
    this.rows = rows;
    this.layer = layer;
    this.shared = heads / groups;
    this.width = heads * d;
    this.kept = groups * d;
    this.d = d;
    this.rotation = rotation;
    this.scale = (float) (1 / StrictMath.sqrt(d));
    this.qkv = new float[width + 2 * kept];
    this.mixed = new float[kept];
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
      Past past = rows.past(row);
      if (past == null) {
        Arrays.fill(qkv, 0);
      } else {
        operands[0].get(row * qkv.length, qkv);
        int position = rows.position(row);
        rotation.ifPresent(table -> table.turn(qkv, 0, width + kept, position));
        attend(past, position);
      }
      result.put(row * width, qkv, 0, width);
    }
  }

  /** Puts what the heads mix in the place of the queries. */
  private void attend(Past past, int position) {
    float[][] keys = past.keys[layer];
    float[][] values = past.values[layer];
    for (int c = 0; c < kept; c++) {
      keys[c][position] = qkv[width + c];
    }
    values[position] = Arrays.copyOfRange(qkv, width + kept, width + 2 * kept);
    if (scores.length < past.capacity()) {
      scores = new float[past.capacity()];
    }
    int n = position + 1;
    for (int head = 0; head < width / d; head++) {
      int group = head / shared * d;
      Arrays.fill(scores, 0, n, 0);
      FusedSums.add(keys, group, qkv, head * d, d, scores, 0, n);
      softmax(n);
      Arrays.fill(mixed, group, group + d, 0);
      FusedSums.add(values, 0, scores, 0, n, mixed, group, group + d);
      System.arraycopy(mixed, group, qkv, head * d, d);
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
    int k = (int) (x * Exponentials.LOG2_E - 0.5f);
    return Exponentials.series(x, k) * Float.intBitsToFloat((k + 127) << 23);
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    throw new UnsupportedOperationException("attention over a past has no gradient");
  }
}
