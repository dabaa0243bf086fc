package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.json.CanonicalJson;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a network is, without its numbers: small, immutable, serializable; closures carry it instead
 * of a graph. Every network names its result {@code loss} in a training program; loss inputs end in
 * a weight per item, zero for padding.
 */
public interface NetworkSpec extends Serializable {
  /** The content of {@code config.json}, from which {@link Networks#of} rebuilds this network. */
  Map<String, Object> config();

  /**
   * Declares inputs, parameters and outputs.
   *
   * @param training outputs {@code loss} with its inputs, else the prediction
   */
  void build(Scope scope, BatchShape shape, boolean training);

  /** Whether a parameter is trained; some, such as fixed position tables, only travel along. */
  default boolean trains(String parameter) {
    return true;
  }

  /** SHA-256 of {@link #config}: networks of equal hash build equal graphs. */
  default String hash() {
    return CanonicalJson.sha256Of(config());
  }

  /** The graph of a batch shape, not compiled. */
  default Graph graph(Precision precision, BatchShape shape, boolean training) {
    Graph graph = new Graph(precision);
    build(Scope.on(graph), shape, training);
    return graph;
  }

  /** A program that predicts. */
  default Program forward(Precision precision, BatchShape shape) {
    return graph(precision, shape, false).forward();
  }

  /** A program of the loss and its gradient by every parameter that {@linkplain #trains trains}. */
  default Program training(Precision precision, BatchShape shape) {
    Graph graph = graph(precision, shape, true);
    return graph.training("loss", trained(graph.parameters()));
  }

  /** Lends a program that predicts; set all its parameters. */
  default ProgramPool.Lease forward(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(key("forward", precision, shape), () -> forward(precision, shape));
  }

  /** Lends a program of loss and gradient; set all its parameters. */
  default ProgramPool.Lease training(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(key("training", precision, shape), () -> training(precision, shape));
  }

  /** Lends a program of the loss alone, without its gradient; set all its parameters. */
  default ProgramPool.Lease loss(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(key("loss", precision, shape), () -> graph(precision, shape, true).forward());
  }

  private ProgramPool.Key key(String what, Precision precision, BatchShape shape) {
    String name = what + (shape.padded() ? " padded " : " ") + hash();
    return new ProgramPool.Key(name, List.of(shape.batch(), shape.length()), precision);
  }

  /** Names and shapes of all parameters, in the order of flat arrays. */
  default Layout layout() {
    return graph(Precision.FLOAT32, BatchShape.of(1), false).parameters();
  }

  /** Names of the parameters that are trained, in the order of the layout. */
  default List<String> trained(Layout layout) {
    return layout.tensors().stream().map(Layout.Tensor::name).filter(this::trains).toList();
  }

  /**
   * Initial parameters by the model's convention. Every tensor has its own stream, by its name, so
   * that a tensor's numbers do not depend on what else is there.
   */
  default double[] initial(long seed) {
    Scope scope = Scope.on(new Graph(Precision.FLOAT32));
    build(scope, BatchShape.of(1), false);
    return scope.initial(seed);
  }
}
