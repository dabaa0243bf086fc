package io.accelerant.core.engine;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * One operation of a graph by the names of what it reads and writes. Copies and lookups, which
 * SameDiff does not know, have no function but a leaf.
 */
record Node(
    String name,
    DifferentialFunction function,
    Leaf.Source source,
    List<String> inputs,
    List<String> outputs) {

  static Node of(SameDiffOp op) {
    List<String> inputs = op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
    return new Node(
        op.getName(), op.getOp(), null, List.copyOf(inputs), List.copyOf(op.getOutputsOfOp()));
  }

  /** The operation behind a leaf that is neither set nor constant, or null. */
  static Node of(String name, Leaf leaf) {
    if (leaf.source() instanceof Leaf.Copy copy) {
      return new Node(name, null, copy, List.of(copy.of()), List.of(name));
    }
    if (leaf.source() instanceof Leaf.Lookup lookup) {
      return new Node(name, null, lookup, List.of(lookup.table(), lookup.indices()), List.of(name));
    }
    return null;
  }

  /** Name of the operation in ND4J's registry. */
  String operation() {
    return function == null ? source.getClass().getSimpleName() : function.opName();
  }

  /** Whether control dependencies or control flow hide in the operation. */
  static boolean hasControl(SameDiff sd, SameDiffOp op) {
    return op.getControlDeps() != null && !op.getControlDeps().isEmpty()
        || op.getVarControlDeps() != null && !op.getVarControlDeps().isEmpty();
  }
}
