package io.accelerant.rl.policy;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Scopes;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
 *
 * <p>A step is a round that updates the critics, and every second step a round more that updates
 * the actor.
 */
record Td3Bc(Mlp pi, Mlp q, Transition transition, int batch) implements RoundStep {
  private static final double GAMMA = 0.99;
  private static final double NOISE = 0.2;
  private static final double NOISE_CLIP = 0.5;
  private static final double LAMBDA = 2.5;

  /** Critics, critics, actor: two steps. */
  private static final int CYCLE = 3;

  private static final ExponentialAverage TARGET = new ExponentialAverage(0.995, false);
  private static final long NOISE_PURPOSE = RandomStream.purpose("rl.td3.noise");
  private static final String PI = OfflineTraining.ACTOR;
  private static final String Q1 = "q1";
  private static final String Q2 = "q2";

  static Policy train(OfflineData data, double[] mass, double bound, TrainingSettings settings) {
    Mlp pi = Policy.network(data.observationSize(), settings.hidden(), data.actionSize());
    int inputs = data.observationSize() + data.actionSize();
    Mlp q = new Mlp(inputs, settings.hidden(), 1, Activation.RELU);
    OfflineTraining training = new OfflineTraining(data, settings);
    MiniBatches batches = MiniBatches.followed(data, mass, settings.batch(), settings.seed());
    Training adam = training.adam().averaged(TARGET, CYCLE);
    try (Roles roles = new Roles(Precision.FLOAT32)) {
      roles
          .trained(PI, pi, adam, Policy.initial(pi, settings.seed(), "actor"))
          .trained(Q1, q, adam, Policy.initial(q, settings.seed(), "critic 1"))
          .trained(Q2, q, adam, Policy.initial(q, settings.seed(), "critic 2"));
      return training.train(
          roles,
          new Td3Bc(pi, q, Transition.of(data), settings.batch()),
          Draw.chosen(round -> batches.rows(step(round))),
          settings.steps() + settings.steps() / 2,
          bound);
    }
  }

  /** The step that a round belongs to. */
  private static int step(int round) {
    return round / CYCLE * 2 + Math.min(round % CYCLE, 1);
  }

  @Override
  public Set<String> averages() {
    return Set.of(PI, Q1, Q2);
  }

  @Override
  public Sums on(Programs programs, Batch drawn) {
    if (drawn.round() % CYCLE == CYCLE - 1) {
      return new GradientStep(new Actor(this)).on(programs, drawn);
    }
    Program target = programs.forward(new Target(this), BatchShape.of(batch));
    new Target(this).set(target, drawn);
    target.run();
    Critics critics = new Critics(this);
    Program critic = programs.training(critics, BatchShape.of(batch));
    critics.set(critic, drawn);
    critic.set("y", target.floats("y")).run();
    return new Sums().addTotal("loss", critic.scalar("loss")).addGradients(critics, critic);
  }

  /** What the three graphs have in common. */
  private interface Part extends Objective {
    Td3Bc of();

    @Override
    default BatchShape shape() {
      return BatchShape.of(of().batch);
    }

    /** The mean over the program's batch, which is the whole of a round. */
    @Override
    default void set(Program program, Batch drawn) {
      program
          .set("s", of().transition.observations(drawn))
          .set("a", of().transition.actions(drawn));
    }

    /** {@code Q(s, a) [batch]}. */
    default Value q(Scopes scopes, String role, Value s, Value a) {
      return of().q.apply(scopes.of(role), scopes.graph().concat(1, s, a)).reshape(s.size(0));
    }
  }

  /** Output {@code y [batch]}, by the averages of all roles. */
  record Target(Td3Bc of) implements Part {
    @Override
    public Map<String, NetworkSpec> networks() {
      Map<String, NetworkSpec> networks = new LinkedHashMap<>();
      networks.put(Roles.average(PI), of.pi);
      networks.put(Roles.average(Q1), of.q);
      networks.put(Roles.average(Q2), of.q);
      return networks;
    }

    @Override
    public List<String> differentiated() {
      return List.of();
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      Graph g = scopes.graph();
      int batch = shape.batch();
      Value s = g.input("s", batch, of.pi.in());
      Value noise = g.input("noise", batch, of.pi.out());
      Value action = of.pi.apply(scopes.of(Roles.average(PI)), s).tanh().add(noise).clip(-1, 1);
      Value first = q(scopes, Roles.average(Q1), s, action);
      Value future = first.min(q(scopes, Roles.average(Q2), s, action));
      Value discounted = future.mul(g.input("continues", batch)).mul(GAMMA);
      g.output("y", g.input("r", batch).add(discounted));
    }

    @Override
    public void set(Program program, Batch drawn) {
      RandomStream stream = new RandomStream(drawn.seed(), NOISE_PURPOSE, step(drawn.round()), 0);
      float[] noise = new float[drawn.size() * of.pi.out()];
      for (int i = 0; i < noise.length; i++) {
        double e = NOISE * stream.nextGaussian();
        noise[i] = (float) Math.max(-NOISE_CLIP, Math.min(NOISE_CLIP, e));
      }
      program
          .set("s", of.transition.nextObservations(drawn))
          .set("noise", noise)
          .set("r", of.transition.rewards(drawn))
          .set("continues", of.transition.continues(drawn));
    }
  }

  /** By both critics, against the input {@code y}. */
  private record Critics(Td3Bc of) implements Part {
    @Override
    public Map<String, NetworkSpec> networks() {
      return Map.of(Q1, of.q, Q2, of.q);
    }

    @Override
    public List<String> differentiated() {
      return List.of(Q1, Q2);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      Graph g = scopes.graph();
      Value s = g.input("s", shape.batch(), of.pi.in());
      Value a = g.input("a", shape.batch(), of.pi.out());
      Value y = g.input("y", shape.batch());
      Value first = g.meanSquaredError(q(scopes, Q1, s, a), y);
      g.output("loss", first.add(g.meanSquaredError(q(scopes, Q2, s, a), y)));
    }
  }

  /** By the actor, through the first critic. */
  record Actor(Td3Bc of) implements Part {
    @Override
    public Map<String, NetworkSpec> networks() {
      return Map.of(PI, of.pi, Q1, of.q);
    }

    @Override
    public List<String> differentiated() {
      return List.of(PI);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      Graph g = scopes.graph();
      Value s = g.input("s", shape.batch(), of.pi.in());
      Value a = g.input("a", shape.batch(), of.pi.out());
      Value action = of.pi.apply(scopes.of(PI), s).tanh();
      Value value = q(scopes, Q1, s, action);
      Value size = value.abs().mean().stopGradient();
      Value improvement = value.mean().div(size).mul(LAMBDA);
      g.output("loss", BehaviourCloning.imitation(action, a).sub(improvement));
    }
  }
}
