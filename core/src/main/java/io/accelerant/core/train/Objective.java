package io.accelerant.core.train;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A loss over named networks: what its graph is, by which of them it is differentiated, and how
 * records become its inputs. It knows no optimizer, no Spark and no numbers: the same objective
 * runs as rounds on Spark and inside one task. Small, immutable, serializable.
 *
 * <p>An objective that is differentiated by nothing is a function of its networks, such as a target
 * that a step computes first; its outputs may have any names.
 */
public interface Objective extends Serializable {
  /** The networks that the graph applies, by role. */
  Map<String, NetworkSpec> networks();

  /** The roles by whose {@linkplain NetworkSpec#trains trained} parameters it is differentiated. */
  List<String> differentiated();

  /** Declares inputs and outputs; the scalar that is differentiated is the output {@code loss}. */
  void build(Scopes scopes, BatchShape shape);

  /** Shape of one micro-batch; a worker's batch is cut into as many as it needs. */
  BatchShape shape();

  /** The shape in which a record is computed, where records are of several lengths. */
  default BatchShape shape(byte[] record) {
    return shape();
  }

  /**
   * Sets every input of a program; it must be a pure function of the batch. Each example is
   * weighted by {@code 1 / batch.union()}, so that gradients add up over workers; rows past {@code
   * batch.size()} are padding and weigh nothing.
   */
  void set(Program program, Batch batch);

  /** What decides the graph besides the class and the networks. */
  default Map<String, Object> config() {
    return Map.of();
  }

  /** SHA-256 of all that decides the graph: objectives of equal hash build equal graphs. */
  default String hash() {
    Map<String, Object> networks = new LinkedHashMap<>();
    networks().forEach((role, network) -> networks.put(role, network.config()));
    return CanonicalJson.sha256Of(
        Map.of(
            "objective",
            getClass().getName(),
            "config",
            config(),
            "networks",
            networks,
            "differentiated",
            differentiated()));
  }

  /** This objective with another network in a role, such as the same one with adapters. */
  default Objective with(String role, NetworkSpec network) {
    Map<String, NetworkSpec> networks = new LinkedHashMap<>(networks());
    networks.put(role, network);
    return new Replaced(this, networks);
  }

  /** The graph, not compiled; parameters are called {@code <role>.<name>}. */
  default Graph graph(Precision precision, BatchShape shape) {
    Graph graph = new Graph(precision);
    Scopes scopes = new Scopes(graph, networks());
    build(scopes, shape);
    return graph.frozen(scopes::freezes);
  }

  /** A program of the loss and its gradient, role by role in the order of their layouts. */
  default Program training(Precision precision, BatchShape shape) {
    List<String> names = new ArrayList<>();
    for (String role : differentiated()) {
      NetworkSpec network = networks().get(role);
      for (Layout.Tensor tensor : network.layout().only(network::trains).tensors()) {
        names.add(Scopes.name(role, tensor.name()));
      }
    }
    return graph(precision, shape).training("loss", names);
  }

  /** A program of the outputs alone. */
  default Program forward(Precision precision, BatchShape shape) {
    return graph(precision, shape).forward();
  }

  /** Lends a {@link #training(Precision, BatchShape)} program; set all its parameters. */
  default ProgramPool.Lease training(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(shape.key("training " + hash(), precision), () -> training(precision, shape));
  }

  /** Lends a {@link #forward(Precision, BatchShape)} program; set all its parameters. */
  default ProgramPool.Lease forward(ProgramPool pool, Precision precision, BatchShape shape) {
    return pool.lease(shape.key("outputs " + hash(), precision), () -> forward(precision, shape));
  }
}
