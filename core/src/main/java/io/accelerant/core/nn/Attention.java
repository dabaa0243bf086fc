package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import java.util.List;
import java.util.Optional;

/** Scaled dot-product attention of several heads, after the projections. */
final class Attention {
  /** Added to the score of a pair that must not attend; exp of it is exactly 0. */
  private static final double NEVER = -1e9;

  private Attention() {}

  /**
   * What is added to the scores.
   *
   * @param causal a position sees itself and earlier ones only
   * @param padding {@code [batch, length]}, 1 where nobody may look
   * @return broadcasts to {@code [batch, heads, length, length]}; empty if all may see all
   */
  static Optional<Value> mask(Graph g, int length, boolean causal, Optional<Value> padding) {
    Optional<Value> hidden = padding.map(p -> p.mul(NEVER).reshape(p.size(0), 1, 1, length));
    if (!causal) {
      return hidden;
    }
    double[] future = new double[length * length];
    for (int i = 0; i < length; i++) {
      java.util.Arrays.fill(future, i * length + i + 1, (i + 1) * length, NEVER);
    }
    Value triangle = g.constant(future, 1, 1, length, length);
    return Optional.of(hidden.map(triangle::add).orElse(triangle));
  }

  /**
   * {@code softmax(q k^T / sqrt(d) + mask) v}.
   *
   * @param qkv queries, keys, values, each {@code [batch, heads, length, d]}
   * @return {@code [batch, length, heads * d]}
   */
  static Value mix(List<Value> qkv, Optional<Value> mask) {
    Value q = qkv.get(0);
    Value scores = q.matmul(qkv.get(1), false, true).mul(1 / StrictMath.sqrt(q.size(3)));
    Value weights = mask.map(scores::add).orElse(scores).softmax();
    Value mixed = weights.matmul(qkv.get(2)).permute(0, 2, 1, 3);
    return mixed.reshape(q.size(0), q.size(2), q.size(1) * q.size(3));
  }

  /** {@code [batch, length, width]} as {@code [batch, heads, length, width / heads]}. */
  static Value heads(Value x, int heads) {
    return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).permute(0, 2, 1, 3);
  }

  /** Queries, keys and values side by side, {@code [batch, length, 3 width]}, as three heads. */
  static List<Value> split(Value qkv, int heads) {
    int batch = qkv.size(0);
    int length = qkv.size(1);
    int d = qkv.size(2) / 3 / heads;
    // one permutation for all three; cutting the first axis is free
    Value parts = qkv.reshape(batch, length, 3, heads, d).permute(2, 0, 3, 1, 4);
    return parts.split(0, 3).stream().map(p -> p.reshape(batch, heads, length, d)).toList();
  }
}
