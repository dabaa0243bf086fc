package io.accelerant.core.train;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Scope;
import java.util.Map;

/** Where an objective applies its networks: one graph, a scope for each role. */
public final class Scopes {
  private final Graph graph;
  private final Map<String, NetworkSpec> networks;

  Scopes(Graph graph, Map<String, NetworkSpec> networks) {
    this.graph = graph;
    this.networks = networks;
  }

  static String name(String role, String parameter) {
    return role + "." + parameter;
  }

  public Graph graph() {
    return graph;
  }

  /** Whether a parameter of the graph is frozen in the network of its role. */
  boolean freezes(String parameter) {
    int dot = parameter.indexOf('.'); // a role has none in its name
    NetworkSpec network = networks.get(parameter.substring(0, Math.max(0, dot)));
    return network != null && network.freezes(parameter.substring(dot + 1));
  }

  /**
   * The scope to apply the network of a role in, adapters included.
   *
   * @throws IllegalArgumentException if the objective names no such role
   */
  public Scope of(String role) {
    NetworkSpec network = networks.get(role);
    if (network == null) {
      throw new IllegalArgumentException("no role " + role + "; there are " + networks.keySet());
    }
    return network.scope(Scope.on(graph).root(role));
  }

  /**
   * Cross entropy in nats, summed by weight: inputs {@code targets} (whole numbers) and {@code
   * weights}, output {@code loss}.
   *
   * @param logits {@code [.., classes]}; the inputs have the shape {@code [..]}
   */
  public void crossEntropy(Value logits) {
    int[] rows = java.util.Arrays.copyOf(logits.shape(), logits.rank() - 1);
    Value targets = graph.indices("targets", rows);
    graph.output("loss", graph.crossEntropy(logits, targets, graph.input("weights", rows)));
  }

  /**
   * Mean squared error of each row, summed by weight: inputs {@code target} and {@code weights
   * [batch]}, output {@code loss}.
   *
   * @param prediction {@code [batch, ..]}
   */
  public void squaredError(Value prediction) {
    int[] axes = java.util.stream.IntStream.range(1, prediction.rank()).toArray();
    Value target = graph.input("target", prediction.shape());
    Value error = prediction.sub(target).square().mean(false, axes);
    graph.output("loss", error.mul(graph.input("weights", prediction.size(0))).sum());
  }
}
