package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.Optional;

/**
 * A stack of blocks over tokens whose head can be told from what it reads. If it is {@link #causal}
 * and not timed, it also reads token by token, see {@link TokenStep}.
 */
public interface CausalNetwork extends TokenNetwork {
  /**
   * What a network computes last.
   *
   * @param last behind the final norm, {@code [batch, length, width]}
   * @param logits {@code [batch * length, vocabulary]}
   */
  record States(Value last, Value logits) {}

  /** Whether a position sees itself and earlier ones only. */
  boolean causal();

  /** Width of the embeddings. */
  int width();

  int layers();

  /** Width of the keys of a token in one layer, and of its values. */
  int keptWidth();

  /** Whether the output matrix is the embedding table. */
  boolean tied();

  /** Name of the embedding table {@code [vocabulary, width]}. */
  String table();

  /** As {@link #logits}, with what the head reads. */
  States states(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time);

  /**
   * As {@link #logits}, of one token in each row, with what a row has read before in its past: see
   * {@link io.accelerant.core.engine.Graph#cachedAttention}. For a causal network that is not
   * timed.
   *
   * @param tokens {@code [rows]}
   * @param positions {@code [rows]}
   * @return {@code [rows, vocabulary]}
   */
  Value step(Scope scope, Value tokens, Value positions);

  @Override
  default Value logits(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time) {
    return states(scope, tokens, padding, time).logits();
  }
}
