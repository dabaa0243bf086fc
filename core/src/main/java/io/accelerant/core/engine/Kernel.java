package io.accelerant.core.engine;

import java.nio.FloatBuffer;

/**
 * An operation computed here in one pass over float32 memory, because ND4J would need a dozen
 * passes. In float64 the same operation is built from primitives; a test holds both to each other.
 * All tensors are seen as rows: as many as the first operand has along its last axis. An instance
 * belongs to one step of one program, so it may keep scratch arrays.
 */
interface Kernel {
  /** Name in the profile. */
  String name();

  /** Whether each thread may take some of the rows. */
  default boolean isCut() {
    return true;
  }

  /** Whether an operand has a part for each row, as the result has; else all rows share it. */
  default boolean isRowwise(int operand) {
    return operand == 0;
  }

  /**
   * Whether the backward pass may write the gradient of the first operand where that operand is.
   */
  default boolean overwrites() {
    return false;
  }

  /**
   * @param operands in order of declaration
   * @param result written
   */
  void forward(FloatBuffer[] operands, FloatBuffer result);

  /**
   * @param operands as in the forward pass
   * @param incoming gradient of the result
   * @param gradients written, one for each operand; null where nobody wants it
   */
  void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients);
}
