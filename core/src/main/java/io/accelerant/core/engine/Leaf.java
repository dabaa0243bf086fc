package io.accelerant.core.engine;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A tensor that SameDiff sees as a placeholder: numbers come from outside, or from an operation
 * that SameDiff must not differentiate.
 */
record Leaf(SDVariable variable, int[] shape, DataType type, Source source) {
  /** Where the numbers of a leaf come from. */
  sealed interface Source {}

  /** Set before every run. */
  record Input() implements Source {}

  /** Set now and then; its gradient can be asked for. */
  record Parameter() implements Source {}

  /** Fixed for good: double[] or int[] in row-major order. */
  record Constant(Object numbers) implements Source {}

  /** Those of another variable; the gradient ends here. */
  record Copy(String of) implements Source {}

  /** Rows of a parameter table; the gradient of the rows is scattered into the table's. */
  record Lookup(String table, String indices) implements Source {}
}
