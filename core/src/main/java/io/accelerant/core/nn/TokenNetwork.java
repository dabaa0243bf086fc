package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import io.accelerant.core.text.Text;
import java.util.Optional;

/**
 * A network from tokens to logits over the same vocabulary. Inputs: {@code tokens [batch, length]};
 * {@code padding [batch, length]} where the shape asks for it; {@code time [batch]} if {@link
 * #timed}. Output {@code logits [batch, length, vocabulary]}.
 */
public interface TokenNetwork extends NetworkSpec {
  /** Number of tokens. */
  int vocabulary();

  /** Largest length of a row. */
  int maximumLength();

  /** Whether a time conditions every row. */
  boolean timed();

  /**
   * @param tokens {@code [batch, length]}
   * @param padding {@code [batch, length]}, 1 where a position is no token
   * @param time {@code [batch]}, present if {@link #timed}
   * @return {@code [batch * length, vocabulary]}
   */
  Value logits(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time);

  /**
   * Declares the inputs as well.
   *
   * @return {@code [batch, length, vocabulary]}
   */
  default Value logits(Scope scope, BatchShape shape) {
    Graph g = scope.graph();
    int batch = shape.batch();
    int length = shape.length();
    if (length > maximumLength()) {
      throw new IllegalArgumentException(
          Text.of("a row of %d tokens is longer than the network's %d", length, maximumLength()));
    }
    Value tokens = g.indices("tokens", batch, length);
    Optional<Value> padding =
        shape.padded() ? Optional.of(g.input("padding", batch, length)) : Optional.empty();
    Optional<Value> time = timed() ? Optional.of(g.input("time", batch)) : Optional.empty();
    return logits(scope, tokens, padding, time).reshape(batch, length, vocabulary());
  }

  @Override
  default void build(Scope scope, BatchShape shape) {
    scope.graph().output("logits", logits(scope, shape));
  }
}
