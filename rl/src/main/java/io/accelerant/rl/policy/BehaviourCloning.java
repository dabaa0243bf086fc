package io.accelerant.rl.policy;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.Scope;
import io.accelerant.core.optim.Optimizer;
import io.accelerant.core.optim.OptimizerSpec;

/** Imitates the actions of the data: {@code L = mean ||pi(s) - a||^2}, by Adam. */
final class BehaviourCloning {
  private BehaviourCloning() {}

  static Policy train(OfflineData data, double[] mass, double bound, TrainingSettings settings) {
    Normaliser normaliser = Normaliser.of(data);
    Mlp network = Policy.network(data.observationSize(), settings.hidden(), data.actionSize());
    MiniBatches batches =
        new MiniBatches(data, mass, normaliser, settings.batch(), settings.seed());
    float[] parameters = Parameters.initial(network, settings.seed(), "actor");
    try (Program program = program(network, settings.batch());
        Optimizer adam =
            new Optimizer(
                OptimizerSpec.adam(0.9, 0.999, 1e-8), network.layout(), Precision.FLOAT32)) {
      float[] gradient = new float[parameters.length];
      for (int step = 0; step < settings.steps(); step++) {
        batches.draw(step);
        program
            .set("s", batches.observations)
            .set("a", batches.actions)
            .setParameters(parameters)
            .run();
        program.gradients(gradient);
        adam.step(parameters, gradient, settings.learningRate());
      }
    }
    return new Policy(network, parameters, normaliser, bound);
  }

  /** Inputs {@code s [batch, observation], a [batch, action]}, output {@code loss}. */
  static Program program(Mlp network, int batch) {
    Graph graph = new Graph(Precision.FLOAT32);
    Value s = graph.input("s", batch, network.in());
    Value a = graph.input("a", batch, network.out());
    Value action = network.apply(Scope.on(graph), s).tanh();
    graph.output("loss", imitation(action, a));
    return graph.training("loss");
  }

  /** {@code mean over the batch of ||pi - a||^2}. */
  static Value imitation(Value action, Value target) {
    return action.sub(target).square().sum(false, 1).mean();
  }
}
