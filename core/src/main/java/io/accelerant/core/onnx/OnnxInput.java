package io.accelerant.core.onnx;

/** Values for one input of a model; they are converted to the type that the model declares. */
public sealed interface OnnxInput {
  String name();

  long[] shape();

  /**
   * Whole numbers, for an int32 or int64 input.
   *
   * @param values in row-major order
   */
  record Integers(String name, int[] values, long... shape) implements OnnxInput {}

  /**
   * Real numbers, for a floating-point input, or for an integer one if every value is whole.
   *
   * @param values in row-major order
   */
  record Reals(String name, double[] values, long... shape) implements OnnxInput {}
}
