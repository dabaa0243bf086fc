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
 * What a network is, without its numbers and without a loss: small, immutable, serializable;
 * closures carry it instead of a graph.
 */
public interface NetworkSpec extends Serializable {
  /** The content of {@code config.json}, from which {@link Networks#of} rebuilds this network. */
  Map<String, Object> config();

  /** Declares inputs, parameters and the output, the prediction. */
  void build(Scope scope, BatchShape shape);

  /** Where the network's function is to be applied: an adapter hooks in here. */
  default Scope scope(Scope scope) {
    return scope;
  }

  /** Whether a parameter is trained; some, such as fixed position tables, only travel along. */
  default boolean trains(String parameter) {
    return true;
  }

  /**
   * Whether a parameter is one of a finished network that adapters leave as it is. What no adapter
   * stands on may be trained in one program and read in another, so that none of it is.
   */
  default boolean freezes(String parameter) {
    return false;
  }

  /**
   * The matrices of the blocks, by the ends of their names: those that get adapters unless others
   * are named. Empty if the network has no blocks.
   */
  default List<String> matrices() {
    return List.of();
  }

  /** SHA-256 of {@link #config}: networks of equal hash build equal graphs. */
  default String hash() {
    return CanonicalJson.sha256Of(config());
  }

  private Graph graph(Precision precision, BatchShape shape) {
    Graph graph = new Graph(precision);
    build(Scope.on(graph), shape);
    return graph;
  }

  /** A program that predicts. */
  default Program forward(Precision precision, BatchShape shape) {
    return graph(precision, shape).frozen(this::freezes).forward();
  }

  /** Lends a program that predicts; set all its parameters. */
  default ProgramPool.Lease forward(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(shape.key("forward " + hash(), precision), () -> forward(precision, shape));
  }

  /** Names and shapes of all parameters, in the order of flat arrays. */
  default Layout layout() {
    return graph(Precision.FLOAT32, BatchShape.of(1)).parameters();
  }

  /**
   * Initial parameters by the model's convention. Every tensor has its own stream, by its name, so
   * that a tensor's numbers do not depend on what else is there.
   */
  default double[] initial(long seed) {
    return initial(seed, InitialScale.GPT2);
  }

  /** As {@link #initial(long)}, of a size of choice. */
  default double[] initial(long seed, InitialScale scale) {
    Scope scope = Scope.on(new Graph(Precision.FLOAT32));
    build(scope, BatchShape.of(1));
    return scope.initial(seed, scale);
  }
}
