package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.CustomOp;
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

  private final Graph graph;
  private final int threads = Engine.threads();
  private final BufferPool pool = new BufferPool();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Map<String, Buffer> settable = new LinkedHashMap<>();
  private final Map<String, Buffer> turned = new LinkedHashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private Set<String> narrow = Set.of();
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
    graph.carried.values().forEach(v -> wanted.add(v.variable.name()));
    gradient.parts().values().forEach(list -> list.forEach(p -> wanted.add(p.variable())));
    List<Node> nodes = graph.nodes(source);
    nodes.addAll(gradient.backward());
    nodes = Lowering.lower(Schedule.order(nodes, wanted), graph.shapes, Set.of("one-var"));
    narrow = narrow(wanted, withRespectTo);
    List<Node> order = Widening.insert(Schedule.order(nodes, wanted), narrow, graph.shapes);
    order.forEach(node -> node.inputs().forEach(i -> readers.merge(i, 1, Integer::sum)));
    wanted.forEach(name -> readers.merge(name, 1, Integer::sum)); // the reader is the user
    graph.leaves.values().stream()
        .filter(leaf -> leaf.isBound() && !isOnlyTurned(leaf))
        .forEach(this::bindLeaf);
    bindOwnConstants(order, wanted);
    order.forEach(this::bind);
    graph.carried.forEach(this::bindCarry);
    return new Program(
        graph, pool, steps, settable, turned, this::buffer, outputs, gradient.parts());
  }

  /**
   * Matrices that are kept in 16 bits: frozen ones that are neither differentiated nor handed out.
   */
  private Set<String> narrow(Set<String> wanted, List<String> withRespectTo) {
    Set<String> names = new LinkedHashSet<>();
    if (graph.storage() != Storage.FLOAT32) {
      graph.parameters().tensors().stream()
          .filter(t -> t.shape().size() > 1)
          .map(Layout.Tensor::name)
          .filter(graph::isFrozen)
          .filter(name -> !wanted.contains(name) && !withRespectTo.contains(name))
          .forEach(
              name -> {
                names.add(name);
                graph.turned(name).ifPresent(names::add);
              });
    }
    return names;
  }

  /** Whether a matrix is kept with its axes exchanged alone. */
  private boolean isOnlyTurned(Leaf leaf) {
    return !readers.containsKey(leaf.name()) && graph.turned(leaf.name()).isPresent();
  }

  private void bindLeaf(Leaf leaf) {
    DataType type = narrow.contains(leaf.name()) ? graph.storage().type() : leaf.type();
    int size = Shapes.size(leaf.shape());
    Optional<ParameterMemory> memory = leaf.isParameter() ? graph.memory() : Optional.empty();
    Buffer buffer =
        memory
            .map(shared -> shared.buffer(leaf.name(), type, size))
            .orElseGet(() -> pool.pinned(type, size));
    boolean constant = false;
    if (leaf.source() instanceof Leaf.Constant fixed) {
      constant = true;
      if (fixed.numbers() instanceof double[] numbers) {
        buffer.put(Flat.of(numbers), 0, numbers.length);
      } else {
        buffer.put((int[]) fixed.numbers());
      }
    } else if (leaf.source() instanceof Leaf.Turned of) {
      turned.put(of.of(), buffer);
    } else {
      settable.put(leaf.name(), buffer);
    }
    INDArray array = buffer.view(Shapes.longs(leaf.shape()));
    variables.put(leaf.name(), new Variable(array, buffer, constant));
  }

  /** After all else; a value that shares its memory with an input could be overwritten before. */
  private void bindCarry(String input, Value value) {
    Variable from = find(value.variable.name());
    Variable to = find(input);
    if (from.buffer().whole.pinned) {
      throw new IllegalArgumentException(
          "carry: what goes to " + input + " is an input or a constant; compute it");
    }
    steps.add(Steps.copy(from, to));
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
      String name = node.outputs().get(i);
      boolean over = i == 0 && overwrites(node, inputs);
      out.add(over ? share(name, inputs.get(0)) : allocate(name, shapes.get(i), known));
    }
    Step step = Steps.bind(node, inputs, out, threads);
    if (known) {
      step.run();
      step.close();
    } else {
      steps.add(step);
    }
    release(inputs);
    node.outputs().forEach(this::releaseIfUnread);
  }

  /** Makes the results views of the first input, if the operation moves no number. */
  private boolean bindView(Node node, List<Variable> inputs) {
    Variable input = inputs.isEmpty() ? null : inputs.get(0);
    switch (node.operation()) {
      case "view" -> {
        int[] shape = ((Node.View) node.action()).shape();
        view(node, 0, input, 0, shape == null ? input.array().shape() : Shapes.longs(shape));
      }
      case "identity" -> view(node, 0, input, 0, input.array().shape());
      case "reshape", "expand_dims", "squeeze" ->
          view(node, 0, input, 0, outputShapes(node, inputs).get(0).getShape());
      case "split" -> {
        return bindSplit(node, inputs);
      }
      case "slice" -> {
        return bindSlice(node, inputs);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Arguments of a split: number of parts, axis. */
  private boolean bindSplit(Node node, List<Variable> inputs) {
    long[] arguments = ((CustomOp) ((Node.Native) node.action()).function()).iArgs();
    INDArray array = inputs.get(0).array();
    if (inputs.size() != 1 || !Moves.isOuter(array.shape(), (int) arguments[1])) {
      return false;
    }
    long length = array.length() / node.outputs().size();
    List<LongShapeDescriptor> shapes = outputShapes(node, inputs);
    for (int i = 0; i < shapes.size(); i++) {
      view(node, i, inputs.get(0), i * length, shapes.get(i).getShape());
    }
    return true;
  }

  /** Arguments of a slice: where it begins on each axis, then how long it is there. */
  private boolean bindSlice(Node node, List<Variable> inputs) {
    long[] arguments = ((CustomOp) ((Node.Native) node.action()).function()).iArgs();
    long[] shape = inputs.get(0).array().shape();
    int rank = shape.length;
    if (inputs.size() != 1 || arguments.length != 2 * rank) {
      return false;
    }
    long from = 0;
    long stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
      if (arguments[rank + i] != shape[i] && !Moves.isOuter(shape, i)) {
        return false;
      }
      from += arguments[i] * stride;
      stride *= shape[i];
    }
    view(node, 0, inputs.get(0), from, Arrays.copyOfRange(arguments, rank, 2 * rank));
    return true;
  }

  private void view(Node node, int output, Variable of, long from, long[] shape) {
    String name = node.outputs().get(output);
    long length = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Buffer buffer = of.buffer();
    if (from > 0) {
      buffer = buffer.part(from, length);
    }
    buffer.whole.readers += readers.getOrDefault(name, 0);
    variables.put(name, new Variable(buffer.view(shape), buffer, of.constant()));
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

  /** Whether the first result goes where the first input is, which nobody reads after this node. */
  private boolean overwrites(Node node, List<Variable> inputs) {
    if (!(node.action() instanceof Node.Backward backward) || backward.wanted().get(0) != 0) {
      return false;
    }
    Buffer buffer = inputs.get(0).buffer().whole;
    return readers.containsKey(node.outputs().get(0))
        && !buffer.pinned
        && buffer.readers == 1
        && backward.kernel().get().overwrites();
  }

  private Variable share(String name, Variable input) {
    input.buffer().whole.readers += readers.get(name);
    Variable variable = new Variable(input.array(), input.buffer(), false);
    variables.put(name, variable);
    return variable;
  }

  private void release(List<Variable> inputs) {
    for (Variable input : inputs) {
      Buffer buffer = input.buffer().whole;
      if (!buffer.pinned && --buffer.readers == 0) {
        pool.giveBack(buffer);
      }
    }
  }

  private void releaseIfUnread(String name) {
    Variable variable = variables.get(name);
    Buffer buffer = variable.buffer().whole;
    if (!buffer.pinned && buffer.readers == 0) {
      pool.giveBack(buffer);
    }
  }

  private static void refuseShapesFromNumbers(Node node, List<Variable> inputs) {
    if (INDEX_OPERATIONS.contains(node.operation())) {
      return;
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (!inputs.get(i).constant() && inputs.get(i).array().dataType().isIntType()) {
        throw new UnsupportedOperationException(
            Text.of(
                "operation %s reads whole numbers (%s) that are not constant: the shape of its"
                    + " result could depend on them, and shapes are static here",
                node.operation(), node.inputs().get(i)));
      }
    }
  }

  private List<LongShapeDescriptor> outputShapes(Node node, List<Variable> inputs) {
    if (!(node.action() instanceof Node.Native action)) {
      DataType type =
          node.action() instanceof Node.Lookup lookup && !lookup.turned()
              ? inputs.get(0).array().dataType()
              : graph.precision().type();
      return node.outputs().stream()
          .map(o -> LongShapeDescriptor.fromShape(shape(o), type))
          .toList();
    }
    Binding binding = new Binding();
    binding.setInputArrays(Variable.arrays(inputs));
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
          Text.of(
              "operation %s gives %s for %d results; it is not offered",
              node.operation(), shapes, node.outputs().size()));
    }
    return shapes;
  }

  private long[] shape(String name) {
    return Shapes.longs(graph.shapes.get(name));
  }
}
