package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.ReduceOp;

/** Chooses how a node is run. */
final class Steps {
  /** Elements of an operation of our own that are worth a second thread. */
  private static final int SHARED = 1 << 14;

  private Steps() {}

  /**
   * @param threads over which an operation may be cut
   */
  static Step bind(Node node, List<Variable> in, List<Variable> out, int threads) {
    if (node.action() instanceof Node.FewRows few) {
      return FewRowsProduct.step(in, out.get(0), few.pasts());
    }
    if (node.action() instanceof Node.Lookup lookup && lookup.turned()) {
      return columns(in.get(0), in.get(1), out.get(0));
    }
    if (node.action() instanceof Node.Lookup) {
      CustomOp gather = DynamicCustomOp.builder("gather").addIntegerArguments(0).build();
      return step(gather, in, out);
    }
    if (node.action() instanceof Node.Forward forward) {
      return forward(forward.kernel(), in, out.get(0), threads);
    }
    if (node.action() instanceof Node.Backward backward) {
      return backward(backward.kernel(), in, backward.wanted(), out, threads);
    }
    DifferentialFunction function = ((Node.Native) node.action()).function();
    if (function instanceof CustomOp op) {
      return custom(op, in, out, threads);
    }
    if (in.size() != 1 && !(function instanceof ReduceOp)) {
      throw new UnsupportedOperationException(
          "operation " + node.operation() + " with " + in.size() + " operands is not offered");
    }
    return Engine.portable
        ? new PortableStep((Op) function, in.get(0).array(), out.get(0).array())
        : new Step.Legacy((Op) function, in.get(0).array(), out.get(0).array());
  }

  /** All numbers of one variable to another. */
  static Step copy(Variable from, Variable to) {
    Runnable copy =
        Engine.portable || !from.buffer().isVisible() || !to.buffer().isVisible()
            ? () -> to.array().assign(from.array())
            : Moves.join(List.of(from.bytes()), to.bytes());
    return new Step.Computed("carry", copy);
  }

  /** Some columns of a matrix as rows. */
  private static Step columns(Variable matrix, Variable indices, Variable to) {
    MatrixReader reader = MatrixReader.of(matrix);
    IntBuffer numbers = indices.bytes().asIntBuffer();
    FloatBuffer rows = to.floats();
    float[] one = new float[1];
    return new Step.Computed(
        "lookup",
        () -> {
          for (int i = 0; i < numbers.capacity(); i++) {
            for (int j = 0; j < reader.rows(); j++) {
              reader.read(j, numbers.get(i), one, 1);
              rows.put(i * reader.rows() + j, one[0]);
            }
          }
        });
  }

  private static Step step(CustomOp op, List<Variable> in, List<Variable> out) {
    return Engine.portable
        ? new PortableStep(op, Variable.arrays(in), Variable.arrays(out))
        : new Step.Custom(op, Variable.arrays(in), Variable.arrays(out));
  }

  private static Step custom(CustomOp op, List<Variable> in, List<Variable> out, int threads) {
    Runnable move = Engine.portable ? null : move(op, in, out.get(0));
    if (move != null) {
      return new Step.Computed(op.opName(), move);
    }
    if (op.opName().equals("matmul") && in.get(0).array().rank() > 2 && threads > 1) {
      return team(products(op, in, out.get(0), threads));
    }
    return step(op, in, out);
  }

  private static Step team(List<? extends Step> parts) {
    return parts.size() == 1 ? parts.get(0) : new Team(parts);
  }

  /** A batched product as one of rank 3 for each thread. */
  private static List<Step> products(CustomOp op, List<Variable> in, Variable out, int threads) {
    long[] shape = out.array().shape();
    int batch = Math.toIntExact(out.array().length() / matrix(shape));
    List<Step> parts = new ArrayList<>();
    for (int i = 0; i < Math.min(threads, batch); i++) {
      int from = (int) ((long) batch * i / Math.min(threads, batch));
      int to = (int) ((long) batch * (i + 1) / Math.min(threads, batch));
      List<INDArray> operands = in.stream().map(v -> matrices(v, from, to)).toList();
      parts.add(new Step.Custom(op, operands, List.of(matrices(out, from, to))));
    }
    return parts;
  }

  private static long matrix(long[] shape) {
    return shape[shape.length - 2] * shape[shape.length - 1];
  }

  private static INDArray matrices(Variable v, int from, int to) {
    long[] shape = v.array().shape();
    long size = matrix(shape);
    return v.buffer()
        .part(from * size, (to - from) * size)
        .view(new long[] {to - from, shape[shape.length - 2], shape[shape.length - 1]});
  }

  private static Step forward(
      Supplier<Kernel> kernels, List<Variable> in, Variable out, int threads) {
    FloatBuffer[] operands = floats(in);
    FloatBuffer result = out.floats();
    Kernel whole = kernels.get();
    if (!whole.isCut()) {
      return new Step.Computed(whole.name(), () -> whole.forward(operands, result));
    }
    List<Step> parts = new ArrayList<>();
    for (Rows rows : rows(in.get(0), threads)) {
      Kernel kernel = kernels.get();
      FloatBuffer[] x = rows.of(kernel, operands);
      FloatBuffer y = rows.of(result);
      parts.add(new Step.Computed(kernel.name(), () -> kernel.forward(x, y)));
    }
    return team(parts);
  }

  /** The inputs are the operands and, last, the incoming gradient. */
  private static Step backward(
      Supplier<Kernel> kernels,
      List<Variable> in,
      List<Integer> wanted,
      List<Variable> out,
      int threads) {
    int n = in.size() - 1;
    FloatBuffer[] operands = floats(in.subList(0, n));
    FloatBuffer incoming = in.get(n).floats();
    FloatBuffer[] gradients = new FloatBuffer[n];
    for (int i = 0; i < out.size(); i++) {
      gradients[wanted.get(i)] = out.get(i).floats();
    }
    Kernel whole = kernels.get();
    if (!whole.isCut()) { // the result may have other rows than the first operand
      return new Step.Computed(
          whole.name() + "_bp", () -> whole.backward(operands, incoming, gradients));
    }
    boolean cut = IntStream.range(0, n).allMatch(whole::isRowwise); // else sums go over all rows
    List<Step> parts = new ArrayList<>();
    for (Rows rows : rows(in.get(0), cut ? threads : 1)) {
      Kernel kernel = kernels.get();
      FloatBuffer[] x = rows.of(kernel, operands);
      FloatBuffer[] dx = rows.of(kernel, gradients);
      FloatBuffer dy = rows.of(incoming);
      parts.add(new Step.Computed(kernel.name() + "_bp", () -> kernel.backward(x, dy, dx)));
    }
    return team(parts);
  }

  /** Rows {@code from .. to-1} of so many. */
  private record Rows(int from, int to, int count) {
    FloatBuffer of(FloatBuffer all) {
      int width = all.capacity() / count;
      return all.slice(from * width, (to - from) * width);
    }

    FloatBuffer[] of(Kernel kernel, FloatBuffer[] tensors) {
      FloatBuffer[] cut = tensors.clone();
      for (int i = 0; i < cut.length; i++) {
        if (cut[i] != null && kernel.isRowwise(i)) {
          cut[i] = of(cut[i]);
        }
      }
      return cut;
    }
  }

  /** Each thread's share of the rows along the last axis. */
  private static List<Rows> rows(Variable v, int threads) {
    int size = Math.toIntExact(v.array().length());
    long[] shape = v.array().shape();
    int count = shape.length == 0 ? 1 : size / (int) shape[shape.length - 1];
    int parts = size < SHARED ? 1 : Math.min(threads, count);
    List<Rows> rows = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int from = (int) ((long) count * i / parts);
      int to = (int) ((long) count * (i + 1) / parts);
      rows.add(new Rows(from, to, count));
    }
    return rows;
  }

  private static FloatBuffer[] floats(List<Variable> variables) {
    return variables.stream().map(Variable::floats).toArray(FloatBuffer[]::new);
  }

  /** The operation as copies of whole runs, or null if it is none. */
  private static Runnable move(CustomOp op, List<Variable> in, Variable out) {
    if (op.opName().equals("cast") && in.get(0).buffer().type == Storage.BFLOAT16.type()) {
      return in.get(0).buffer().isVisible() && out.buffer().isVisible()
          ? Storage.widening(in.get(0).bytes().asShortBuffer(), out.floats())
          : null;
    }
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
