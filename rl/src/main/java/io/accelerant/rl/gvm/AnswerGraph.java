package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.CausalNetwork;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Scope;
import io.accelerant.core.nn.TokenStep;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * {@code sum_t ln pi(y_t | x, y_<t)} of the answers of a batch, with what it is made of. Inputs as
 * {@link AnswerInputs} sets them; outputs {@code logLikelihood}, {@code logits [batch, length,
 * vocabulary]} and {@code last [batch, length, width]}.
 */
record AnswerGraph(NetworkSpec network) implements Serializable {
  private static final String SUM = "logLikelihood";

  CausalNetwork base() {
    return new TokenStep(network).base();
  }

  private Graph graph(BatchShape shape) {
    Graph graph = new Graph(Precision.FLOAT32);
    Value tokens = graph.indices("tokens", shape.batch(), shape.length());
    CausalNetwork.States states =
        base().states(network.scope(Scope.on(graph)), tokens, Optional.empty(), Optional.empty());
    Value logits = states.logits().reshape(shape.batch(), shape.length(), -1);
    Value targets = graph.indices("targets", shape.batch(), shape.length());
    Value answered = graph.input("answered", shape.batch(), shape.length());
    graph.output("logits", logits);
    graph.output("last", states.last());
    graph.output(SUM, graph.crossEntropy(logits, targets, answered).neg());
    return graph;
  }

  /**
   * Lends a program.
   *
   * @param by tensors by which the sum is differentiated; none: a forward program
   */
  ProgramPool.Lease lease(ProgramPool pool, BatchShape shape, List<String> by) {
    return pool.lease(
        shape.key("answers " + network.hash() + " " + by, Precision.FLOAT32),
        () -> program(shape, by));
  }

  private Program program(BatchShape shape, List<String> by) {
    return by.isEmpty() ? graph(shape).forward() : graph(shape).training(SUM, by);
  }
}
