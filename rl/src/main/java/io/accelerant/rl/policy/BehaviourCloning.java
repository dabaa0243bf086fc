package io.accelerant.rl.policy;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Scopes;
import java.util.List;
import java.util.Map;

/**
 * Imitates the actions of the data: {@code L = mean ||pi(s) - a||^2}, by Adam. The mean is over the
 * program's batch, which is the whole of a round.
 */
record BehaviourCloning(Mlp pi, Transition transition, int batch) implements Objective {
  private static final String PI = OfflineTraining.ACTOR;

  static Policy train(OfflineData data, double[] mass, double bound, TrainingSettings settings) {
    Mlp pi = Policy.network(data.observationSize(), settings.hidden(), data.actionSize());
    OfflineTraining training = new OfflineTraining(data, settings);
    MiniBatches batches = new MiniBatches(data, mass, settings.batch(), settings.seed());
    BehaviourCloning loss = new BehaviourCloning(pi, Transition.of(data), settings.batch());
    try (Roles roles = new Roles(Precision.FLOAT32)) {
      roles.trained(PI, pi, training.adam(), Policy.initial(pi, settings.seed(), "actor"));
      return training.train(
          roles, new GradientStep(loss), Draw.chosen(batches::rows), settings.steps(), bound);
    }
  }

  @Override
  public Map<String, NetworkSpec> networks() {
    return Map.of(PI, pi);
  }

  @Override
  public List<String> differentiated() {
    return List.of(PI);
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(batch);
  }

  /** Inputs {@code s [batch, observation], a [batch, action]}. */
  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Value s = scopes.graph().input("s", shape.batch(), pi.in());
    Value a = scopes.graph().input("a", shape.batch(), pi.out());
    Value action = pi.apply(scopes.of(PI), s).tanh();
    scopes.graph().output("loss", imitation(action, a));
  }

  @Override
  public void set(Program program, Batch drawn) {
    program.set("s", transition.observations(drawn)).set("a", transition.actions(drawn));
  }

  /** {@code mean over the batch of ||pi - a||^2}. */
  static Value imitation(Value action, Value target) {
    return action.sub(target).square().sum(false, 1).mean();
  }
}
