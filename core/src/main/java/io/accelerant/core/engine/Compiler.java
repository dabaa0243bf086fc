package io.accelerant.core.engine;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * Turns a graph into a program: takes the operations that the wanted variables need, in a fixed
 * order, folds what is constant, makes reshapes and copies views, and binds the rest to buffers
 * that are used again as soon as their last reader is bound.
 */
final class Compiler {
  /** Operations on whole numbers whose result has a shape that does not depend on the numbers. */
  private static final Set<String> INDEX_OPERATIONS = Set.of("onehot", "lookup", "cast");

  private static final Set<String> SHAPE_OPERATIONS = Set.of("shape_of", "size", "rank", "size_at");

  private record Variable(INDArray array, Buffer buffer, boolean constant) {}

  private final Graph graph;
  private final BufferPool pool = new BufferPool();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private SameDiff source;

  private Compiler(Graph graph) {
    this.graph = graph;
  }

  /**
   * @param outputs values handed out by name
   * @param loss scalar to differentiate, or null
   * @param withRespectTo names of the leaves whose gradient is wanted
   */
  static Program compile(
      Graph graph, Map<String, Value> outputs, Value loss, List<String> withRespectTo) {
    return Engine.locked(
        () -> {
          Engine.enter();
          Compiler compiler = new Compiler(graph);
          try {
            return compiler.program(outputs, loss, withRespectTo);
          } catch (RuntimeException e) {
            compiler.release();
            throw e;
          }
        });
  }

  private void release() {
    steps.forEach(Step::close);
    pool.close();
  }

  private Program program(Map<String, Value> outputs, Value loss, List<String> withRespectTo) {
    Gradient gradient =
        loss == null
            ? new Gradient(graph.sd, List.of(), Map.of())
            : Gradient.of(graph, loss, withRespectTo);
    source = gradient.source();
    Set<String> wanted = new LinkedHashSet<>();
    outputs.values().forEach(v -> wanted.add(v.variable.name()));
    gradient.parts().values().forEach(list -> list.forEach(p -> wanted.add(p.variable())));
    List<Node> nodes = graph.nodes(source);
    nodes.addAll(gradient.backward());
    nodes = Lowering.lower(Schedule.order(nodes, wanted), graph.shapes, Set.of("one-var"));
    List<Node> order = Schedule.order(nodes, wanted);
    order.forEach(node -> node.inputs().forEach(i -> readers.merge(i, 1, Integer::sum)));
    wanted.forEach(name -> readers.merge(name, 1, Integer::sum)); // the reader is the user
    graph.leaves.values().stream().filter(Leaf::isBound).forEach(this::bindLeaf);
    bindOwnConstants(order, wanted);
    order.forEach(this::bind);
    return new Program(graph, pool, steps, this::buffer, outputs, gradient.parts());
  }

  private void bindLeaf(Leaf leaf) {
    Buffer buffer = pool.pinned(leaf.type(), Shapes.size(leaf.shape()));
    boolean constant = false;
    if (leaf.source() instanceof Leaf.Constant fixed) {
      constant = true;
      if (fixed.numbers() instanceof double[] numbers) {
        buffer.put(numbers, 0, numbers.length);
      } else {
        buffer.put((int[]) fixed.numbers());
      }
    }
    INDArray array = buffer.view(Shapes.longs(leaf.shape()));
    variables.put(leaf.name(), new Variable(array, buffer, constant));
  }

  /** Constants that SameDiff made while differentiating, such as the seed of the gradient. */
  private void bindOwnConstants(List<Node> order, Set<String> wanted) {
    Set<String> written = new LinkedHashSet<>();
    order.forEach(node -> written.addAll(node.outputs()));
    Set<String> read = new LinkedHashSet<>(wanted);
    order.forEach(node -> read.addAll(node.inputs()));
    for (String name : read) {
      if (!variables.containsKey(name) && !written.contains(name)) {
        SDVariable variable = source.getVariable(name);
        INDArray array = variable.getArr();
        if (array == null) {
          throw new IllegalStateException("variable " + name + " has neither producer nor value");
        }
        Buffer buffer = pool.pinned(array.dataType(), array.length());
        INDArray view = buffer.view(array.shape());
        view.assign(array);
        variables.put(name, new Variable(view, buffer, true));
      }
    }
  }

  private Variable find(String name) {
    Variable variable = variables.get(name);
    if (variable == null) {
      throw new IllegalStateException("variable " + name + " is read before it is written");
    }
    return variable;
  }

  Buffer buffer(String name) {
    return find(name).buffer();
  }

  private void bind(Node node) {
    if (node.action() instanceof Node.Ones ones) {
      Buffer buffer = pool.ones(graph.precision().type(), ones.length());
      INDArray row = buffer.view(new long[] {1, ones.length()});
      variables.put(node.outputs().get(0), new Variable(row, buffer, true));
      return;
    }
    List<Variable> inputs = node.inputs().stream().map(this::find).toList();
    boolean known =
        inputs.stream().allMatch(Variable::constant) || SHAPE_OPERATIONS.contains(node.operation());
    if (!known) {
      refuseShapesFromNumbers(node, inputs);
    }
    if (bindView(node, inputs)) {
      release(inputs);
      return;
    }
    List<LongShapeDescriptor> shapes = outputShapes(node, inputs);
    List<Variable> out = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      out.add(allocate(node.outputs().get(i), shapes.get(i), known));
    }
    Step step = step(node, inputs, out);
    if (known) {
      step.run();
      step.close();
    } else {
      steps.add(step);
    }
    release(inputs);
    node.outputs().forEach(this::releaseIfUnread);
  }

  /** Whether the node only renames or reshapes its first input. */
  private boolean bindView(Node node, List<Variable> inputs) {
    switch (node.operation()) {
      case "view" -> {
        int[] shape = ((Node.View) node.action()).shape();
        alias(node, 0, inputs.get(0), shape == null ? null : Shapes.longs(shape));
      }
      case "identity" -> alias(node, 0, inputs.get(0), null);
      case "reshape", "expand_dims", "squeeze" -> {
        alias(node, 0, inputs.get(0), outputShapes(node, inputs).get(0).getShape());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void alias(Node node, int output, Variable of, long[] shape) {
    String name = node.outputs().get(output);
    Buffer buffer = of.buffer();
    buffer.readers += readers.getOrDefault(name, 0);
    INDArray view = shape == null ? of.array() : buffer.view(shape);
    variables.put(name, new Variable(view, buffer, of.constant()));
  }

  private Variable allocate(String name, LongShapeDescriptor shape, boolean constant) {
    SDVariable known = source.getVariable(name);
    DataType type = known == null ? shape.dataType() : known.dataType(); // inference may say FLOAT
    long length = Arrays.stream(shape.getShape()).reduce(1, Math::multiplyExact);
    Buffer buffer = constant ? pool.pinned(type, length) : pool.take(type, length);
    buffer.readers = readers.getOrDefault(name, 0);
    INDArray array = buffer.view(shape.getShape());
    Variable variable = new Variable(array, buffer, constant);
    variables.put(name, variable);
    return variable;
  }

  private void release(List<Variable> inputs) {
    for (Variable input : inputs) {
      Buffer buffer = input.buffer();
      if (!buffer.pinned && --buffer.readers == 0) {
        pool.giveBack(buffer);
      }
    }
  }

  private void releaseIfUnread(String name) {
    Variable variable = variables.get(name);
    if (variable != null
        && !variable.buffer().pinned
        && variable.buffer().readers == 0
        && readers.getOrDefault(name, 0) == 0) {
      pool.giveBack(variable.buffer());
    }
  }

  private static void refuseShapesFromNumbers(Node node, List<Variable> inputs) {
    if (INDEX_OPERATIONS.contains(node.operation())) {
      return;
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (!inputs.get(i).constant() && inputs.get(i).array().dataType().isIntType()) {
        throw new UnsupportedOperationException(
            "operation %s reads whole numbers (%s) that are not constant: the shape of its result could depend on them, and shapes are static here"
                .formatted(node.operation(), node.inputs().get(i)));
      }
    }
  }

  private List<LongShapeDescriptor> outputShapes(Node node, List<Variable> inputs) {
    if (!(node.action() instanceof Node.Native action)) {
      return node.outputs().stream()
          .map(o -> LongShapeDescriptor.fromShape(shape(o), graph.precision().type()))
          .toList();
    }
    Binding binding = new Binding();
    binding.setInputArrays(arrays(inputs));
    List<LongShapeDescriptor> shapes;
    if (action.function() instanceof CustomOp op) {
      binding.setIArguments(op.iArgs());
      binding.setTArguments(op.tArgs());
      binding.setBArguments(op.bArgs());
      binding.setDArguments(op.dArgs());
      shapes = op.calculateOutputShape(binding);
    } else {
      shapes = ((BaseOp) action.function()).calculateOutputShape(binding);
    }
    if (shapes.size() != node.outputs().size()
        || shapes.stream().anyMatch(LongShapeDescriptor::isEmpty)) {
      throw new UnsupportedOperationException(
          "operation %s gives %s for %d results; it is not offered"
              .formatted(node.operation(), shapes, node.outputs().size()));
    }
    return shapes;
  }

  private long[] shape(String name) {
    return Shapes.longs(graph.shapes.get(name));
  }

  private Step step(Node node, List<Variable> in, List<Variable> out) {
    List<INDArray> inputs = arrays(in);
    List<INDArray> outputs = arrays(out);
    if (node.action() instanceof Node.Lookup) {
      CustomOp gather = DynamicCustomOp.builder("gather").addIntegerArguments(0).build();
      return new Step.Custom(gather, inputs, outputs);
    }
    if (node.action() instanceof Node.Forward forward) {
      return Step.Computed.forward(forward.kernel().get(), floats(in), floats(out).get(0));
    }
    if (node.action() instanceof Node.Backward backward) {
      return Step.Computed.backward(
          backward.kernel().get(), floats(in), backward.wanted(), floats(out));
    }
    DifferentialFunction function = ((Node.Native) node.action()).function();
    if (function instanceof CustomOp op) {
      return new Step.Custom(op, inputs, outputs);
    }
    if (in.size() != 1 && !(function instanceof ReduceOp)) {
      throw new UnsupportedOperationException(
          "operation " + node.operation() + " with " + in.size() + " operands is not offered");
    }
    return new Step.Legacy((Op) function, inputs.get(0), outputs.get(0));
  }

  private static List<INDArray> arrays(List<Variable> variables) {
    return variables.stream().map(Variable::array).toList();
  }

  private static List<FloatBuffer> floats(List<Variable> variables) {
    return variables.stream()
        .map(v -> v.buffer().floats(Math.toIntExact(v.array().length())))
        .toList();
  }
}
