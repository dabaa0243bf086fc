package io.accelerant.core.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network under construction: named inputs, named parameters, operations on {@link Value}s and
 * named outputs, all of static shape. It holds no numbers besides its constants; {@link #forward()}
 * and {@link #training} compile it to a {@link Program}. Not thread-safe.
 */
public final class Graph {
  /**
   * From more classes on, a likelihood is computed by a kernel of our own, without an array of ones
   * and zeros as large as the logits. For fewer, that array is small, and the sums keep the bits
   * that published artifacts were made with.
   */
  public static final int MANY_CLASSES = 1024;

  final SameDiff sd;
  final Map<String, Leaf> leaves = new LinkedHashMap<>();
  final Map<String, int[]> shapes = new HashMap<>();
  final Map<String, Value> carried = new LinkedHashMap<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Precision precision;
  private final Past.Rows pasts = new Past.Rows();
  private final Map<String, Value> turned = new LinkedHashMap<>();
  private final Map<String, UnaryOperator<Value>> rowSources = new HashMap<>();
  private Storage storage = Storage.FLOAT32;
  private Predicate<String> isFrozen = name -> false;
  private Optional<ParameterMemory> memory = Optional.empty();
  private boolean fewRows;
  private boolean differentiated;

  /**
   * @throws io.accelerant.core.error.ConfigException if this machine cannot run the native library
   */
  public Graph(Precision precision) {
    Engine.load();
    this.precision = precision;
    this.sd = Engine.locked(SameDiff::create);
  }

  public Precision precision() {
    return precision;
  }

  /** Numbers that are set before every run. */
  public Value input(String name, int... shape) {
    return leaf(name, precision.type(), shape, new Leaf.Input());
  }

  /** Whole numbers that are set before every run, such as token ids or class labels. */
  public Value indices(String name, int... shape) {
    return leaf(name, DataType.INT32, shape, new Leaf.Input());
  }

  /** A tensor that is trained, or frozen but loaded from outside. */
  public Value parameter(String name, int... shape) {
    return leaf(name, precision.type(), shape, new Leaf.Parameter());
  }

  /** Fixed numbers in row-major order. */
  public Value constant(double[] numbers, int... shape) {
    requireSize(numbers.length, shape);
    return leaf(fresh("constant"), precision.type(), shape, new Leaf.Constant(numbers.clone()));
  }

  /** Fixed whole numbers in row-major order. */
  public Value constant(int[] numbers, int... shape) {
    requireSize(numbers.length, shape);
    return leaf(fresh("constant"), DataType.INT32, shape, new Leaf.Constant(numbers.clone()));
  }

  private static void requireSize(int length, int[] shape) {
    if (Shapes.size(shape) != length) {
      throw new IllegalArgumentException(
          "constant: " + length + " numbers do not fill shape " + Arrays.toString(shape));
    }
  }

  /** Joins tensors along an axis; all other dimensions are equal. */
  public Value concat(int axis, Value... parts) {
    int[] first = parts[0].shape();
    int a = Shapes.axis("concat", axis, first.length);
    int[] target = first.clone();
    for (int i = 1; i < parts.length; i++) {
      require(parts[i]);
      int[] other = parts[i].shape();
      int[] same = other.clone();
      if (other.length == first.length) {
        same[a] = first[a];
      }
      if (!Arrays.equals(same, first)) {
        throw Shapes.mismatch("concat", first, other);
      }
      target[a] += other[a];
    }
    if (parts.length == 1) {
      return parts[0];
    }
    return value(() -> sd.concat(a, variables(parts)), target);
  }

  /** Joins tensors of one shape along a new axis. */
  public Value stack(int axis, Value... parts) {
    int[] first = parts[0].shape();
    int a = Shapes.axis("stack", axis, first.length + 1);
    for (Value part : parts) {
      require(part);
      if (!Arrays.equals(part.shape(), first)) {
        throw Shapes.mismatch("stack", first, part.shape());
      }
    }
    int[] target = new int[first.length + 1];
    for (int i = 0, j = 0; i < target.length; i++) {
      target[i] = i == a ? parts.length : first[j++];
    }
    return value(() -> sd.stack(a, variables(parts)), target);
  }

  /**
   * Rows of a table by their number.
   *
   * @param table a parameter or constant {@code [rows, width]}
   * @param indices an {@link #indices} input or integer constant of any shape, numbers in {0, ..,
   *     rows-1}
   * @return {@code [.., width]}
   */
  public Value embedding(Value table, Value indices) {
    require(table);
    requireIndices("embedding", indices);
    Leaf leaf = leaves.get(table.variable.name());
    if (table.rank() != 2 || leaf == null || leaf.source() instanceof Leaf.Input) {
      throw new IllegalArgumentException(
          "embedding: the table must be a parameter or constant [rows, width], is " + table);
    }
    int[] shape = Arrays.copyOf(indices.shape(), indices.rank() + 1);
    shape[indices.rank()] = table.size(1);
    return leaf(
        fresh("rows"),
        precision.type(),
        shape,
        new Leaf.Lookup(table.variable.name(), indices.variable.name()));
  }

  /**
   * Some rows of a matrix, in any order and perhaps more than once. Of a product they are computed
   * by the rows of its first factor alone, with a bias or without: of logits, only those asked for.
   *
   * @param value {@code [n, width]}
   * @param indices {@code [k]}, numbers in {0, .., n-1}
   * @return {@code [k, width]}
   */
  public Value rows(Value value, Value indices) {
    require(value);
    requireNumbers(value);
    requireIndices("rows", indices);
    if (value.rank() != 2 || indices.rank() != 1) {
      throw Shapes.mismatch("rows (of a matrix, by a list)", value.shape(), indices.shape());
    }
    UnaryOperator<Value> source = rowSources.get(value.variable.name());
    if (source != null) {
      return source.apply(indices);
    }
    int width = value.size(1);
    if (fuses()) {
      int[] shape = {indices.size(0), width};
      return fused(() -> new RowsKernel(width), shape, value, numbers(indices));
    }
    return oneHot(indices, value.size(0)).matmul(value);
  }

  /** Remembers how rows of a result, by their numbers, come from rows of what it is made of. */
  Value byRows(Value result, UnaryOperator<Value> rows) {
    if (result.rank() == 2) {
      rowSources.put(result.variable.name(), rows);
    }
    return result;
  }

  /** {@code [.., depth]} with a 1 at each index and 0 elsewhere; an index outside gives zeros. */
  public Value oneHot(Value indices, int depth) {
    requireIndices("oneHot", indices);
    int[] shape = Arrays.copyOf(indices.shape(), indices.rank() + 1);
    shape[indices.rank()] = depth;
    return value(() -> sd.oneHot(indices.variable, depth, -1, 1, 0, precision.type()), shape);
  }

  /**
   * Negative log likelihood of each token in nats: {@code logSumExp(logits) - logits[token]}.
   *
   * @param logits {@code [.., vocabulary]}
   * @param tokens indices {@code [..]}
   * @return {@code [..]}
   */
  public Value negativeLogLikelihood(Value logits, Value tokens) {
    requireIndices("negativeLogLikelihood", tokens);
    int vocabulary = logits.size(-1);
    if (fuses() && vocabulary > MANY_CLASSES) {
      int[] rows = Arrays.copyOf(logits.shape(), logits.rank() - 1);
      if (!Arrays.equals(rows, tokens.shape())) {
        throw Shapes.mismatch("negativeLogLikelihood", logits.shape(), tokens.shape());
      }
      return fused(
          () -> new NegativeLogLikelihoodKernel(vocabulary), rows, logits, numbers(tokens));
    }
    Value h = logits.sub(logits.max(true, -1).stopGradient());
    Value picked = h.mul(oneHot(tokens, logits.size(-1))).sum(false, -1);
    return h.exp().sum(false, -1).log().sub(picked);
  }

  /** Indices as a kernel reads them: exact below 2^24. */
  private Value numbers(Value indices) {
    return value(() -> indices.variable.castTo(precision.type()), indices.shape());
  }

  /**
   * {@code sum over tokens of weight * negative log likelihood}, in nats. A weight of zero is
   * padding; the normaliser (usually 1 / number of tokens of the whole batch) is part of the
   * weights.
   *
   * @param logits {@code [.., vocabulary]}
   * @param tokens indices {@code [..]}
   * @param weights {@code [..]}
   */
  public Value crossEntropy(Value logits, Value tokens, Value weights) {
    return negativeLogLikelihood(logits, tokens).mul(weights).sum();
  }

  /** Mean over all elements of {@code (a - b)^2}. */
  public Value meanSquaredError(Value a, Value b) {
    return a.sub(b).square().mean();
  }

  /** Whether {@link #cachedAttention} is there: in float32 on a processor. */
  public static boolean caches(Precision precision) {
    Engine.load();
    return precision == Precision.FLOAT32 && !Engine.portable;
  }

  /**
   * Attention of one new token a row to itself and all that its row has read, see {@link
   * Program#attend}: {@code softmax(q k^T / sqrt(d)) v} in each head. It has no gradient.
   *
   * @param layer number of the layer in the pasts
   * @param qkv queries, keys, values side by side, {@code [rows, (heads + 2 groups) d]}
   * @param groups heads of keys and values, each read by {@code heads / groups} heads of queries
   * @param rotation by which queries and keys are rotated, of {@code d / 2} pairs, or nothing
   * @return {@code [rows, heads d]}
   */
  public Value cachedAttention(
      int layer, Value qkv, int heads, int groups, Optional<RotationTable> rotation) {
    if (!fuses()) {
      throw new UnsupportedOperationException(
          "attention over a past is computed in float32 on a processor only");
    }
    int d = qkv.size(1) / (heads + 2 * groups);
    return fused(
        () -> new CachedAttentionKernel(pasts, layer, heads, groups, d, rotation),
        new int[] {qkv.size(0), heads * d},
        qkv);
  }

  /**
   * From here on, a matrix parameter that a product takes transposed is kept with its axes
   * exchanged, and a product of up to four rows reads its matrix where it lies, and computes only
   * rows that have a past. A row has the bits that it has among more rows. The graph then has no
   * gradient. Where bits would be others, or on a GPU, products stay as they are.
   */
  public Graph fewRows() {
    fewRows = fuses();
    return this;
  }

  /**
   * Keeps matrices as the thread {@linkplain Engine#keepFrozen was told}, but for those by which
   * the program's loss is differentiated; in float64 they stay as they are.
   *
   * @param which of the parameters never change
   */
  public Graph frozen(Predicate<String> which) {
    return frozen(Engine.frozen(), which);
  }

  Graph frozen(Storage wanted, Predicate<String> which) {
    storage = precision == Precision.FLOAT32 ? wanted : Storage.FLOAT32;
    isFrozen = which;
    return this;
  }

  /** Keeps parameters in memory that other programs read, too, instead of the program's own. */
  public Graph on(ParameterMemory shared) {
    memory = Optional.of(shared);
    return this;
  }

  Optional<ParameterMemory> memory() {
    return memory;
  }

  boolean isFrozen(String parameter) {
    return isFrozen.test(parameter);
  }

  Storage storage() {
    return storage;
  }

  /** The product with a matrix parameter as {@link #fewRows()} has it, or empty otherwise. */
  Optional<Value> fewRows(Value x, Value weight, boolean transposed, int[] shape) {
    Leaf leaf = leaves.get(weight.variable.name());
    boolean takes =
        fewRows
            && shape.length == 2
            && leaf != null
            && leaf.source() instanceof Leaf.Parameter
            && Shapes.size(leaf.shape()) <= Integer.MAX_VALUE / leaf.type().width()
            && FewRowsProduct.does(shape[1]);
    if (!takes) {
      return Optional.empty();
    }
    Value matrix = transposed ? turned(leaf, weight) : weight;
    if (shape[0] > FewRowsProduct.ROWS) {
      return transposed ? Optional.of(x.product(matrix, false, false, shape)) : Optional.empty();
    }
    Leaf.FewRows few = new Leaf.FewRows(x.variable.name(), matrix.variable.name(), pasts);
    return Optional.of(leaf(fresh("few"), precision.type(), shape, few));
  }

  private Value turned(Leaf leaf, Value weight) {
    Leaf.Turned source = new Leaf.Turned(leaf.name());
    int[] shape = {weight.size(1), weight.size(0)};
    return turned.computeIfAbsent(
        leaf.name(), name -> leaf(name + "~turned", leaf.type(), shape, source));
  }

  /** Name of the leaf that has a matrix parameter with its axes exchanged, if there is one. */
  Optional<String> turned(String parameter) {
    return Optional.ofNullable(turned.get(parameter)).map(value -> value.variable.name());
  }

  Past.Rows pasts() {
    return pasts;
  }

  /** Gives a value the name under which a program hands out its numbers. */
  public void output(String name, Value value) {
    require(value);
    if (outputs.putIfAbsent(name, value) != null) {
      throw new IllegalArgumentException("output " + name + " is named twice");
    }
  }

  /**
   * Carries numbers from run to run: when a run ends, the numbers of a value become those of an
   * input, without a way through Java. Such an input is set for the first run only.
   *
   * @param input an input of numbers, carried into once
   * @param value of the same shape, computed by an operation
   */
  public void carry(Value input, Value value) {
    require(input);
    require(value);
    requireNumbers(input);
    Leaf leaf = leaves.get(input.variable.name());
    if (leaf == null || !(leaf.source() instanceof Leaf.Input)) {
      throw new IllegalArgumentException("carry: " + input + " is no input");
    }
    if (!Arrays.equals(input.shape(), value.shape())) {
      throw Shapes.mismatch("carry", input.shape(), value.shape());
    }
    if (carried.putIfAbsent(input.variable.name(), value) != null) {
      throw new IllegalArgumentException("carry: " + input + " is carried into twice");
    }
  }

  /** Parameters in order of declaration. */
  public Layout parameters() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    leaves.forEach(
        (name, leaf) -> {
          if (leaf.source() instanceof Leaf.Parameter) {
            shapes.put(name, leaf.shape());
          }
        });
    return Layout.of(shapes);
  }

  /** Compiles all named outputs. */
  public Program forward() {
    return Compiler.compile(this, outputs, null, List.of());
  }

  /** {@link #training(String, Collection)} with respect to every parameter. */
  public Program training(String loss) {
    return training(loss, parameters().shapes().keySet());
  }

  /**
   * Compiles all named outputs and the gradient of a scalar output.
   *
   * @param loss name of the output to differentiate
   * @param withRespectTo names of parameters or inputs, in the order of the gradient's layout
   * @throws IllegalStateException if the graph was differentiated before
   */
  public Program training(String loss, Collection<String> withRespectTo) {
    Value value = outputs.get(loss);
    if (value == null || value.rank() != 0) {
      throw new IllegalArgumentException("loss " + loss + " must be a named scalar, is " + value);
    }
    if (fewRows) {
      throw new UnsupportedOperationException("products of few rows have no gradient");
    }
    if (differentiated) {
      throw new IllegalStateException("a graph can be differentiated only once; build it anew");
    }
    differentiated = true;
    if (leaves.containsKey(value.variable.name())) {
      value = value.mul(1); // SameDiff differentiates operations, not leaves
    }
    return Compiler.compile(this, outputs, value, List.copyOf(withRespectTo));
  }

  Value copy(Value of) {
    return leaf(
        fresh("copy"), of.variable.dataType(), of.shape(), new Leaf.Copy(of.variable.name()));
  }

  /** Whether operations that have a kernel of our own are computed by it. */
  boolean fuses() {
    return precision == Precision.FLOAT32 && !Engine.portable;
  }

  /** The result of a kernel on the operands. */
  Value fused(Supplier<Kernel> kernel, int[] shape, Value... operands) {
    List<String> names = new ArrayList<>();
    for (Value operand : operands) {
      require(operand);
      names.add(operand.variable.name());
    }
    return leaf(fresh("fused"), precision.type(), shape, new Leaf.Fused(kernel, names));
  }

  /** A place for the gradient that a kernel sends to the value. */
  Value external(Value of) {
    return leaf(fresh("external"), precision.type(), of.shape(), new Leaf.External());
  }

  /** Appends an operation of SameDiff whose result has the given shape. */
  Value value(Supplier<SDVariable> operation, int[] shape) {
    SDVariable variable = Engine.locked(operation);
    shapes.put(variable.name(), shape);
    return new Value(this, variable, shape);
  }

  /** All operations so far, each after those whose results it reads. */
  List<Node> nodes(SameDiff source) {
    List<Node> nodes = new ArrayList<>();
    leaves.values().forEach(leaf -> leaf.node().map(this::byColumns).ifPresent(nodes::add));
    source.getOps().values().forEach(op -> nodes.add(Node.of(op)));
    return nodes;
  }

  /** Looks a table up where it is kept anyway. */
  private Node byColumns(Node node) {
    Value columns = turned.get(node.inputs().get(0));
    return columns == null || !(node.action() instanceof Node.Lookup)
        ? node
        : new Node(
            new Node.Lookup(true),
            List.of(columns.variable.name(), node.inputs().get(1)),
            node.outputs());
  }

  void require(Value value) {
    if (value.graph != this) {
      throw new IllegalArgumentException(value + " belongs to another graph");
    }
  }

  void requireNumbers(Value value) {
    if (!value.variable.dataType().isFPType()) {
      throw new IllegalArgumentException(value + " holds indices; this operation wants numbers");
    }
  }

  private void requireIndices(String operation, Value indices) {
    require(indices);
    if (indices.variable.dataType() != DataType.INT32) {
      throw new IllegalArgumentException(
          operation + ": " + indices + " must hold whole numbers; declare it by indices()");
    }
  }

  private Value leaf(String name, DataType type, int[] shape, Leaf.Source source) {
    int[] checked = Shapes.check(name, shape);
    if (leaves.containsKey(name)) {
      throw new IllegalArgumentException("tensor " + name + " is declared twice");
    }
    SDVariable variable = Engine.locked(() -> sd.placeHolder(name, type, Shapes.longs(checked)));
    leaves.put(name, new Leaf(variable, checked, type, source));
    shapes.put(name, checked);
    return new Value(this, variable, checked);
  }

  private String fresh(String kind) {
    return kind + "#" + leaves.size();
  }

  private static SDVariable[] variables(Value[] parts) {
    List<SDVariable> variables = new ArrayList<>();
    for (Value part : parts) {
      variables.add(part.variable);
    }
    return variables.toArray(SDVariable[]::new);
  }
}
