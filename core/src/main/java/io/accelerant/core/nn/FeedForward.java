package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;

/**
 * The feed-forward network of a transformer block.
 *
 * @param in name of the first matrix
 * @param out name of the second
 * @param first start of the first matrix, and of the gate
 * @param last start of the second
 */
record FeedForward(
    String in,
    String out,
    int hidden,
    Activation activation,
    Scope.Order order,
    Initial first,
    Initial last) {

  /** {@code act(x W1 + b1) W2 + b2}. */
  Value plain(Scope s, Value x) {
    Value h = activation.apply(s.linear(in, x, hidden, order, first, Initial.ZEROS));
    return s.linear(out, h, x.size(-1), order, last, Initial.ZEROS);
  }

  /** {@code (act(x Wg) * (x W1)) W2}: section 2 of Shazeer, "GLU Variants" (2020), no biases. */
  Value gated(Scope s, Value x, String gate) {
    Value open = activation.apply(s.linear(gate, x, hidden, order, first));
    Value h = open.mul(s.linear(in, x, hidden, order, first));
    return s.linear(out, h, x.size(-1), order, last);
  }
}
