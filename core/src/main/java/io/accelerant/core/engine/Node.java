package io.accelerant.core.engine;

import java.util.List;
import java.util.function.Supplier;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** One operation of a graph, with the names of the variables that it reads and writes. */
record Node(Action action, List<String> inputs, List<String> outputs) {
  /** What a node does. */
  sealed interface Action {
    /** Name of the operation, in ND4J's registry where it has one. */
    String operation();
  }

  /** An operation of ND4J. */
  record Native(DifferentialFunction function) implements Action {
    @Override
    public String operation() {
      return function.opName();
    }
  }

  /** The result is the first operand, perhaps under another shape (null: the same). */
  record View(int[] shape) implements Action {
    @Override
    public String operation() {
      return "view";
    }
  }

  /** A constant row {@code [1, length]} of ones. */
  record Ones(int length) implements Action {
    @Override
    public String operation() {
      return "ones";
    }
  }

  /**
   * Rows of a table (first operand) by number (second operand).
   *
   * @param turned whether the first operand is the table transposed
   */
  record Lookup(boolean turned) implements Action {
    @Override
    public String operation() {
      return "lookup";
    }
  }

  /**
   * A few rows (first operand) times a matrix (second operand).
   *
   * @param pasts of the rows
   */
  record FewRows(Past.Rows pasts) implements Action {
    @Override
    public String operation() {
      return "few_rows";
    }
  }

  /** A kernel's result from its operands. */
  record Forward(Supplier<Kernel> kernel) implements Action {
    @Override
    public String operation() {
      return "kernel";
    }
  }

  /**
   * The gradients of a kernel's operands from the operands and, last, the gradient of its result.
   *
   * @param wanted positions of the operands whose gradients are the outputs
   */
  record Backward(Supplier<Kernel> kernel, List<Integer> wanted) implements Action {
    @Override
    public String operation() {
      return "kernel_bp";
    }
  }

  Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  String operation() {
    return action.operation();
  }

  /** Whether it reads numbers of 16 bits as they are. */
  boolean readsNarrow() {
    return action instanceof FewRows || action instanceof Lookup lookup && lookup.turned();
  }

  static Node of(SameDiffOp op) {
    List<String> inputs = op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
    return new Node(new Native(op.getOp()), inputs, op.getOutputsOfOp());
  }
}
