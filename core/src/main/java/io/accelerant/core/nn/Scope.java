package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Value;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where blocks declare their parameters: a prefix of names on one graph. All matrices pass through
 * {@link #linear}, which is where adapters hook in. Not thread-safe.
 */
public final class Scope {
  /** Which axis of a stored matrix is the input. */
  enum Order {
    /** {@code [in, out]}: Conv1D of GPT-2. */
    IN_OUT,
    /** {@code [out, in]}: Linear of PyTorch. */
    OUT_IN;

    int[] shape(int in, int out) {
      return this == IN_OUT ? new int[] {in, out} : new int[] {out, in};
    }
  }

  /** Adds to the result of a matrix. */
  interface Adapter {
    /**
     * @param module name of the matrix without {@code .weight}
     * @param rows the input as {@code [rows, in]}
     * @param result {@code [rows, out]}
     */
    Value adapt(Scope root, String module, Value rows, Value result, Order order);
  }

  /** How a tensor starts by the published code, and by size alone. */
  private record Start(Initial published, Initial scaled) {
    Initial of(InitialScale scale) {
      return scale == InitialScale.SCALED ? scaled : published;
    }
  }

  /** {@link InitialScale#SCALED}: a matrix nearly keeps the size of its input. */
  private static final double MATRIX = 0.7;

  private static final double TABLE = 0.1;
  private static final long PURPOSE = RandomStream.purpose("nn.initial");

  private final Graph graph;
  private final String root;
  private final String prefix;
  private final Map<String, Start> initials;
  private final Adapter adapter;

  private Scope(
      Graph graph, String root, String prefix, Map<String, Start> initials, Adapter adapter) {
    this.graph = graph;
    this.root = root;
    this.prefix = prefix;
    this.initials = initials;
    this.adapter = adapter;
  }

  /** The root of names on a graph. */
  public static Scope on(Graph graph) {
    return new Scope(graph, "", "", new LinkedHashMap<>(), (root, module, rows, y, order) -> y);
  }

  /** A root of its own below this one, for one network of several on a graph. */
  public Scope root(String name) {
    String names = prefix + name + ".";
    return new Scope(graph, names, names, initials, adapter);
  }

  Scope adaptedBy(Adapter other) {
    return new Scope(graph, root, prefix, initials, other);
  }

  /** The graph on which everything is declared. */
  public Graph graph() {
    return graph;
  }

  /** Names below this one: {@code name.} goes before every parameter declared there. */
  public Scope in(String name) {
    return new Scope(graph, root, prefix + name + ".", initials, adapter);
  }

  Scope in(int index) {
    return in(Integer.toString(index));
  }

  Value parameter(String name, Initial initial, int... shape) {
    return parameter(name, initial, initial, shape);
  }

  /** A table of rows to look up or to add, {@code weight} in this scope. */
  Value table(Initial published, int rows, int width) {
    return parameter("weight", published, Initial.normal(TABLE), rows, width);
  }

  private Value matrix(String name, Initial published, int in, int out, Order order) {
    boolean drawn = published != Initial.ZEROS;
    Initial scaled = drawn ? Initial.normal(MATRIX / StrictMath.sqrt(in)) : published;
    return parameter(name + ".weight", published, scaled, order.shape(in, out));
  }

  private Value parameter(String name, Initial published, Initial scaled, int... shape) {
    Value value = graph.parameter(prefix + name, shape);
    initials.put(prefix + name, new Start(published, scaled));
    return value;
  }

  /**
   * {@code x W + b} over the last axis of x, {@code weight} and {@code bias} under a name.
   *
   * @param x {@code [.., in]}
   * @return {@code [.., out]}
   */
  Value linear(String name, Value x, int out, Order order, Initial weight, Initial bias) {
    Value rows = x.reshape(-1, x.size(-1));
    Value w = matrix(name, weight, x.size(-1), out, order);
    return finish(name, x, rows, w, order)
        .add(parameter(name + ".bias", bias, out))
        .reshape(last(x, out));
  }

  /** As {@link #linear} without a bias. */
  Value linear(String name, Value x, int out, Order order, Initial weight) {
    Value rows = x.reshape(-1, x.size(-1));
    Value w = matrix(name, weight, x.size(-1), out, order);
    return finish(name, x, rows, w, order).reshape(last(x, out));
  }

  private Value finish(String name, Value x, Value rows, Value w, Order order) {
    Value y = rows.matmul(w, false, order == Order.OUT_IN);
    Scope top = new Scope(graph, root, root, initials, adapter);
    return adapter.adapt(top, prefix.substring(root.length()) + name, rows, y, order);
  }

  private static int[] last(Value x, int out) {
    int[] shape = x.shape();
    shape[shape.length - 1] = out;
    return shape;
  }

  /** Initial numbers of everything declared, in the order of the graph's layout. */
  double[] initial(long seed, InitialScale scale) {
    Layout layout = graph.parameters();
    double[] flat = new double[layout.size()];
    for (Layout.Tensor t : layout.tensors()) {
      System.arraycopy(initial(t, seed, scale), 0, flat, t.offset(), t.size());
    }
    return flat;
  }

  /** Initial numbers of one tensor that is declared. */
  double[] initial(Layout.Tensor t, long seed, InitialScale scale) {
    RandomStream stream = new RandomStream(seed, PURPOSE, RandomStream.purpose(t.name()), 0);
    double[] numbers = initials.get(t.name()).of(scale).draw(stream, t.size());
    if (numbers.length != t.size()) {
      throw new IllegalStateException(
          t.name() + Arrays.toString(t.dimensions()) + " starts with " + numbers.length);
    }
    return numbers;
  }
}
