package io.accelerant.rl.policy;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.Scope;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.Optimizer;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;

/**
 * TD3+BC (Fujimoto and Gu, "A Minimalist Approach to Offline Reinforcement Learning", 2021): twin
 * critics with clipped target noise, an actor that maximises the first critic and stays near the
 * data. Actions are in units of the largest action.
 *
 * <ul>
 *   <li>target {@code y = r + gamma (1 - d) min_k Q'_k(s', clip(pi'(s') + clip(e, +-0.5), +-1))}, e
 *       ~ N(0, 0.2^2)
 *   <li>critics {@code sum_k mean (Q_k(s, a) - y)^2}
 *   <li>actor, every second step: {@code -lambda mean Q_1(s, pi(s)) + mean ||pi(s) - a||^2}, with
 *       {@code lambda = 2.5 / mean |Q_1(s, pi(s))|} held fixed
 * </ul>
 */
final class Td3Bc implements AutoCloseable {
  private static final double GAMMA = 0.99;
  private static final double NOISE = 0.2;
  private static final double NOISE_CLIP = 0.5;
  private static final double LAMBDA = 2.5;
  private static final int ACTOR_EVERY = 2;
  private static final ExponentialAverage TARGET = new ExponentialAverage(0.995, false);
  private static final OptimizerSpec ADAM = OptimizerSpec.adam(0.9, 0.999, 1e-8);
  private static final long NOISE_PURPOSE = RandomStream.purpose("rl.td3.noise");

  private final TrainingSettings settings;
  private final MiniBatches batches;
  private final Program target;
  private final Program critic;
  private final Program actor;
  private final Optimizer criticAdam;
  private final Optimizer actorAdam;
  private final float[] policy;
  private final float[] critics;
  private final float[] targetPolicy;
  private final float[] targetCritics;
  private final float[] noise;
  private final int one;

  private Td3Bc(OfflineData data, MiniBatches batches, Mlp pi, TrainingSettings settings) {
    this.settings = settings;
    this.batches = batches;
    int inputs = data.observationSize() + data.actionSize();
    Mlp q = new Mlp(inputs, settings.hidden(), 1, Activation.RELU);
    one = q.layout().size();
    policy = Parameters.initial(pi, settings.seed(), "actor");
    critics =
        Parameters.concat(
            Parameters.initial(q, settings.seed(), "critic 1"),
            Parameters.initial(q, settings.seed(), "critic 2"));
    targetPolicy = policy.clone();
    targetCritics = critics.clone();
    noise = new float[settings.batch() * data.actionSize()];
    target = target(pi, q, settings.batch());
    critic = critic(pi, q, settings.batch());
    actor = actor(pi, q, settings.batch());
    criticAdam = new Optimizer(ADAM, critic.differentiated(), Precision.FLOAT32);
    actorAdam = new Optimizer(ADAM, actor.differentiated(), Precision.FLOAT32);
  }

  static Policy train(OfflineData data, double[] mass, double bound, TrainingSettings settings) {
    Normaliser normaliser = Normaliser.of(data);
    Mlp network = Policy.network(data.observationSize(), settings.hidden(), data.actionSize());
    MiniBatches batches =
        MiniBatches.followed(data, mass, normaliser, settings.batch(), settings.seed());
    try (Td3Bc training = new Td3Bc(data, batches, network, settings)) {
      for (int step = 0; step < settings.steps(); step++) {
        training.step(step);
      }
      return new Policy(network, training.policy, normaliser, bound);
    }
  }

  private void step(int step) {
    batches.draw(step);
    RandomStream stream = new RandomStream(settings.seed(), NOISE_PURPOSE, step, 0);
    for (int i = 0; i < noise.length; i++) {
      double e = NOISE * stream.nextGaussian();
      noise[i] = (float) Math.max(-NOISE_CLIP, Math.min(NOISE_CLIP, e));
    }
    target
        .set("s", batches.nextObservations)
        .set("noise", noise)
        .set("r", batches.rewards)
        .set("continues", batches.continues)
        .setParameters(Parameters.concat(targetPolicy, targetCritics))
        .run();
    critic
        .set("s", batches.observations)
        .set("a", batches.actions)
        .set("y", target.floats("y"))
        .setParameters(critics)
        .run();
    criticAdam.step(critics, critic.gradients(), settings.learningRate());
    if (step % ACTOR_EVERY == ACTOR_EVERY - 1) {
      actor
          .set("s", batches.observations)
          .set("a", batches.actions)
          .setParameters(Parameters.concat(policy, java.util.Arrays.copyOf(critics, one)))
          .run();
      actorAdam.step(policy, actor.gradients(), settings.learningRate());
      TARGET.update(targetPolicy, policy, step);
      TARGET.update(targetCritics, critics, step);
    }
  }

  /** Parameters: target actor, both target critics. */
  static Program target(Mlp pi, Mlp q, int batch) {
    Graph g = new Graph(Precision.FLOAT32);
    Scope root = Scope.on(g);
    Value s = g.input("s", batch, pi.in());
    Value action =
        pi.apply(root.in("pi"), s).tanh().add(g.input("noise", batch, pi.out())).clip(-1, 1);
    Value future = q(g, root, "q1", q, s, action).min(q(g, root, "q2", q, s, action));
    Value discounted = future.mul(g.input("continues", batch)).mul(GAMMA);
    g.output("y", g.input("r", batch).add(discounted));
    return g.forward();
  }

  /** Parameters: both critics. */
  static Program critic(Mlp pi, Mlp q, int batch) {
    Graph g = new Graph(Precision.FLOAT32);
    Scope root = Scope.on(g);
    Value s = g.input("s", batch, pi.in());
    Value a = g.input("a", batch, pi.out());
    Value y = g.input("y", batch);
    Value first = g.meanSquaredError(q(g, root, "q1", q, s, a), y);
    Value second = g.meanSquaredError(q(g, root, "q2", q, s, a), y);
    g.output("loss", first.add(second));
    return g.training("loss");
  }

  /** Parameters: actor, first critic; the gradient is the actor's. */
  static Program actor(Mlp pi, Mlp q, int batch) {
    Graph g = new Graph(Precision.FLOAT32);
    Scope root = Scope.on(g);
    Value s = g.input("s", batch, pi.in());
    Value a = g.input("a", batch, pi.out());
    Value action = pi.apply(root.in("pi"), s).tanh();
    Value value = q(g, root, "q1", q, s, action);
    Value size = value.abs().mean().stopGradient();
    Value improvement = value.mean().div(size).mul(LAMBDA);
    g.output("loss", BehaviourCloning.imitation(action, a).sub(improvement));
    return g.training(
        "loss",
        g.parameters().tensors().stream()
            .map(Layout.Tensor::name)
            .filter(name -> name.startsWith("pi."))
            .toList());
  }

  /** {@code Q(s, a) [batch]}. */
  private static Value q(Graph g, Scope root, String name, Mlp q, Value s, Value a) {
    return q.apply(root.in(name), g.concat(1, s, a)).reshape(s.size(0));
  }

  @Override
  public void close() {
    target.close();
    critic.close();
    actor.close();
    criticAdam.close();
    actorAdam.close();
  }
}
