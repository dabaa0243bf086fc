package io.accelerant.core.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A tensor that SameDiff sees as a placeholder: its numbers come from outside, or from an operation
 * that SameDiff must not differentiate.
 */
record Leaf(SDVariable variable, int[] shape, DataType type, Source source) {
  /** Where the numbers of a leaf come from. */
  sealed interface Source {}

  /**
   * A matrix parameter with its axes exchanged: set with it, and in its place if nobody reads that.
   */
  record Turned(String of) implements Source {}

  /** A few rows times a matrix; it has no gradient. */
  record FewRows(String rows, String matrix, Past.Rows pasts) implements Source {}

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

  /** The result of a kernel, which knows its own gradient. */
  record Fused(Supplier<Kernel> kernel, List<String> operands) implements Source {}

  /** The gradient that a kernel sends to one of its operands; a node of its own writes it. */
  record External() implements Source {}

  String name() {
    return variable.name();
  }

  /** The node that computes this leaf; none if its numbers are set, fixed, or written elsewhere. */
  Optional<Node> node() {
    if (source instanceof Copy copy) {
      return Optional.of(new Node(new Node.View(null), List.of(copy.of()), List.of(name())));
    }
    if (source instanceof Lookup l) {
      return Optional.of(
          new Node(new Node.Lookup(false), List.of(l.table(), l.indices()), List.of(name())));
    }
    if (source instanceof FewRows few) {
      return Optional.of(
          new Node(
              new Node.FewRows(few.pasts()), List.of(few.rows(), few.matrix()), List.of(name())));
    }
    if (source instanceof Fused fused) {
      return Optional.of(
          new Node(new Node.Forward(fused.kernel()), fused.operands(), List.of(name())));
    }
    return Optional.empty();
  }

  boolean isParameter() {
    return source instanceof Parameter || source instanceof Turned;
  }

  /** Whether there is a buffer for it from the start. */
  boolean isBound() {
    return source instanceof Input || isParameter() || source instanceof Constant;
  }
}
