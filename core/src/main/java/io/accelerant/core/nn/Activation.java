package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.function.UnaryOperator;

/** Element-wise functions, under the names that Hugging Face configurations use. */
public enum Activation {
  /** {@code x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2}. */
  GELU_NEW("gelu_new", Value::geluTanh),
  /** {@code x (1 + erf(x / sqrt 2)) / 2}. */
  GELU("gelu", Value::gelu),
  RELU("relu", Value::relu),
  SILU("silu", Value::silu),
  TANH("tanh", Value::tanh);

  private final String label;
  private final transient UnaryOperator<Value> function;

  Activation(String label, UnaryOperator<Value> function) {
    this.label = label;
    this.function = function;
  }

  /** The name in {@code config.json}. */
  public String label() {
    return label;
  }

  Value apply(Value x) {
    return function.apply(x);
  }
}
