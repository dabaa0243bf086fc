package io.accelerant.core.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
  private static final Set<String> INDEX_OPERATIONS =
      Set.of("onehot", "gather", "Lookup", "Copy", "cast");

  private static final Set<String> SHAPE_OPERATIONS = Set.of("shape_of", "size", "rank", "size_at");

  private record Variable(INDArray array, Buffer buffer, boolean constant) {}

  private final Graph graph;
  private SameDiff source;
  private final BufferPool pool = new BufferPool();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();

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
    source = graph.sd;
    Map<String, List<Gradient.Part>> parts = new LinkedHashMap<>();
    if (loss != null) {
      source = Gradient.of(graph, loss, withRespectTo, parts);
    }
    Set<String> wanted = new LinkedHashSet<>();
    outputs.values().forEach(v -> wanted.add(v.variable.name()));
    parts.values().forEach(list -> list.forEach(part -> wanted.add(part.variable())));
    List<Node> order = Schedule.order(nodes(source), wanted);
    order.forEach(node -> node.inputs().forEach(i -> readers.merge(i, 1, Integer::sum)));
    wanted.forEach(name -> readers.merge(name, 1, Integer::sum)); // the reader is the user
    graph.leaves.forEach((name, leaf) -> bindLeaf(name, leaf));
    bindOwnConstants(order, wanted);
    order.forEach(this::bind);
    return new Program(graph, pool, steps, this::buffer, outputs, parts);
  }

  private List<Node> nodes(SameDiff source) {
    List<Node> nodes = new ArrayList<>();
    graph.leaves.forEach(
        (name, leaf) -> {
          Node node = Node.of(name, leaf);
          if (node != null) {
            nodes.add(node);
          }
        });
    source.getOps().values().forEach(op -> nodes.add(Node.of(op)));
    return nodes;
  }

  private void bindLeaf(String name, Leaf leaf) {
    if (Node.of(name, leaf) != null) {
      return;
    }
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
    variables.put(name, new Variable(buffer.view(Shapes.longs(leaf.shape())), buffer, constant));
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
    List<Variable> inputs = node.inputs().stream().map(this::find).toList();
    boolean known =
        inputs.stream().allMatch(Variable::constant) || SHAPE_OPERATIONS.contains(node.operation());
    if (!known) {
      refuseShapesFromNumbers(node, inputs);
    }
    if (!known && bindView(node, inputs)) {
      release(node, inputs);
      return;
    }
    List<INDArray> in = inputs.stream().map(Variable::array).toList();
    List<LongShapeDescriptor> shapes = outputShapes(node, in);
    List<INDArray> out = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      out.add(allocate(node.outputs().get(i), shapes.get(i), known));
    }
    Step step = step(node, in, out);
    if (known) {
      step.run();
      step.close();
    } else {
      steps.add(step);
    }
    release(node, inputs);
    node.outputs().forEach(this::releaseIfUnread);
  }

  /** Whether the node only renames or reshapes its first input. */
  private boolean bindView(Node node, List<Variable> inputs) {
    switch (node.operation()) {
      case "Copy", "identity", "stop_gradient" -> alias(node, 0, inputs.get(0), null);
      case "reshape", "expand_dims", "squeeze" -> {
        List<INDArray> in = inputs.stream().map(Variable::array).toList();
        alias(node, 0, inputs.get(0), outputShapes(node, in).get(0).getShape());
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

  private INDArray allocate(String name, LongShapeDescriptor shape, boolean constant) {
    DataType type = source.getVariable(name).dataType(); // shape inference guesses FLOAT at times
    long length = Arrays.stream(shape.getShape()).reduce(1, Math::multiplyExact);
    Buffer buffer = constant ? pool.pinned(type, length) : pool.take(type, length);
    buffer.readers = readers.getOrDefault(name, 0);
    INDArray array = buffer.view(shape.getShape());
    variables.put(name, new Variable(array, buffer, constant));
    return array;
  }

  private void release(Node node, List<Variable> inputs) {
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

  private static List<LongShapeDescriptor> outputShapes(Node node, List<INDArray> inputs) {
    if (node.source() instanceof Leaf.Lookup) {
      INDArray table = inputs.get(0);
      long[] shape = Arrays.copyOf(inputs.get(1).shape(), inputs.get(1).rank() + 1);
      shape[shape.length - 1] = table.size(1);
      return List.of(LongShapeDescriptor.fromShape(shape, table.dataType()));
    }
    Binding binding = new Binding();
    binding.setInputArrays(inputs);
    List<LongShapeDescriptor> shapes;
    if (node.function() instanceof CustomOp op) {
      binding.setIArguments(op.iArgs());
      binding.setTArguments(op.tArgs());
      binding.setBArguments(op.bArgs());
      binding.setDArguments(op.dArgs());
      shapes = op.calculateOutputShape(binding);
    } else {
      shapes = ((org.nd4j.linalg.api.ops.BaseOp) node.function()).calculateOutputShape(binding);
    }
    if (shapes.size() != node.outputs().size()
        || shapes.stream().anyMatch(LongShapeDescriptor::isEmpty)) {
      throw new UnsupportedOperationException(
          "operation %s gives %s for %d results; it is not offered"
              .formatted(node.operation(), shapes, node.outputs().size()));
    }
    return shapes;
  }

  private static Step step(Node node, List<INDArray> in, List<INDArray> out) {
    if (node.source() instanceof Leaf.Lookup) {
      CustomOp gather = DynamicCustomOp.builder("gather").addIntegerArguments(0).build();
      return new Step.Custom(gather, in, out);
    }
    if (node.function() instanceof CustomOp op) {
      return new Step.Custom(op, in, out);
    }
    Op op = (Op) node.function();
    if (in.size() != 1 && !(op instanceof ReduceOp)) {
      throw new UnsupportedOperationException(
          "operation " + op.opName() + " with " + in.size() + " operands is not offered");
    }
    return new Step.Legacy(op, in.get(0), out.get(0));
  }
}
