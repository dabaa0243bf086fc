package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.ReduceOp;

/** Chooses how a node is run. */
final class Steps {
  private Steps() {}

  static Step bind(Node node, List<Variable> in, List<Variable> out) {
    if (node.action() instanceof Node.Lookup) {
      CustomOp gather = DynamicCustomOp.builder("gather").addIntegerArguments(0).build();
      return new Step.Custom(gather, Variable.arrays(in), Variable.arrays(out));
    }
    if (node.action() instanceof Node.Forward forward) {
      return forward(forward.kernel().get(), in, out.get(0));
    }
    if (node.action() instanceof Node.Backward backward) {
      return backward(backward.kernel().get(), in, backward.wanted(), out);
    }
    DifferentialFunction function = ((Node.Native) node.action()).function();
    if (function instanceof CustomOp op) {
      Runnable move = move(op, in, out.get(0));
      return move == null
          ? new Step.Custom(op, Variable.arrays(in), Variable.arrays(out))
          : new Step.Computed(op.opName(), move);
    }
    if (in.size() != 1 && !(function instanceof ReduceOp)) {
      throw new UnsupportedOperationException(
          "operation " + node.operation() + " with " + in.size() + " operands is not offered");
    }
    return new Step.Legacy((Op) function, in.get(0).array(), out.get(0).array());
  }

  private static Step forward(Kernel kernel, List<Variable> in, Variable out) {
    FloatBuffer[] operands = floats(in);
    FloatBuffer result = out.floats();
    return new Step.Computed(kernel.name(), () -> kernel.forward(operands, result));
  }

  /** The inputs are the operands and, last, the incoming gradient. */
  private static Step backward(
      Kernel kernel, List<Variable> in, List<Integer> wanted, List<Variable> out) {
    int n = in.size() - 1;
    FloatBuffer[] operands = floats(in.subList(0, n));
    FloatBuffer incoming = in.get(n).floats();
    FloatBuffer[] gradients = new FloatBuffer[n];
    for (int i = 0; i < out.size(); i++) {
      gradients[wanted.get(i)] = out.get(i).floats();
    }
    return new Step.Computed(
        kernel.name() + "_bp", () -> kernel.backward(operands, incoming, gradients));
  }

  private static FloatBuffer[] floats(List<Variable> variables) {
    return variables.stream().map(Variable::floats).toArray(FloatBuffer[]::new);
  }

  /** The operation as copies of whole runs, or null if it is none. */
  private static Runnable move(CustomOp op, List<Variable> in, Variable out) {
    boolean alike =
        in.stream().allMatch(v -> v.array().dataType() == out.array().dataType())
            && Stream.concat(in.stream(), Stream.of(out)).allMatch(v -> v.buffer().isVisible());
    if (!alike || in.isEmpty()) {
      return null;
    }
    long[] shape = in.get(0).array().shape();
    long[] arguments = op.iArgs();
    if (op.opName().equals("permute") && arguments.length == shape.length) {
      int width = out.array().dataType().width();
      return Moves.permutation(in.get(0).bytes(), out.bytes(), shape, arguments, width);
    }
    if (op.opName().equals("concat") && Moves.isOuter(shape, (int) arguments[0])) {
      List<ByteBuffer> parts = in.stream().map(Variable::bytes).toList();
      return Moves.join(parts, out.bytes());
    }
    return null;
  }
}
