package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.List;

/**
 * Adaptive layer norm (adaLN-zero, section 3.2 of Peebles and Xie, "DiT", 2023): shift, scale and
 * gate come from a condition; all start at zero, so that a block starts as the identity.
 */
final class Modulation {
  private static final String NAME = "adaLN_modulation.1";

  private Modulation() {}

  /**
   * @param condition {@code [batch, width]}
   * @return {@code parts} values of shape {@code [batch, 1, width]}
   */
  static List<Value> parts(Scope scope, Value condition, int parts) {
    int batch = condition.size(0);
    int width = condition.size(1);
    Value all =
        scope.linear(
            NAME,
            condition.silu(),
            parts * width,
            Scope.Order.OUT_IN,
            Initial.ZEROS,
            Initial.ZEROS);
    return all.split(1, parts).stream().map(p -> p.reshape(batch, 1, width)).toList();
  }

  /** {@code x (1 + scale) + shift}. */
  static Value apply(Value x, Value shift, Value scale) {
    return x.mul(scale.add(1)).add(shift);
  }
}
