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
   * {@code softmax(q k^T / sqrt(d) + mask) v}. Each head of keys and values is read by {@code heads
   * / groups} successive heads of queries (Ainslie et al., "GQA", 2023), whose rows then make one
   * product.
   *
   * @param qkv queries {@code [batch, heads, length, d]}, keys and values {@code [batch, groups,
   *     length, d]}
   * @return {@code [batch, length, heads * d]}
   */
  static Value mix(List<Value> qkv, Optional<Value> mask) {
    Value q = qkv.get(0);
    Value k = qkv.get(1);
    int batch = q.size(0);
    int heads = q.size(1);
    int length = q.size(2);
    int groups = k.size(1);
    boolean grouped = groups < heads;
    int rows = heads / groups * length;
    Value queries = grouped ? q.reshape(batch, groups, rows, q.size(3)) : q;
    Value all = queries.matmul(k, false, true).mul(1 / StrictMath.sqrt(q.size(3)));
    Value scores = grouped ? all.reshape(batch, heads, length, length) : all;
    Value weights = mask.map(scores::add).orElse(scores).softmax();
    if (grouped) {
      weights = weights.reshape(batch, groups, rows, length);
    }
    Value mixed = weights.matmul(qkv.get(2));
    if (grouped) {
      mixed = mixed.reshape(batch, heads, length, q.size(3));
    }
    return mixed.permute(0, 2, 1, 3).reshape(batch, length, heads * q.size(3));
  }

  /** With queries and keys rotated. */
  static List<Value> turned(List<Value> qkv, Rotary.Turn turn) {
    return List.of(turn.apply(qkv.get(0)), turn.apply(qkv.get(1)), qkv.get(2));
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
