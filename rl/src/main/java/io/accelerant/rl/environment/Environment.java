package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/** A deterministic environment with a random start. Stateless: states are arrays of the caller. */
public interface Environment extends Serializable {
  /** What a step leads to; a step never changes the state it starts from. */
  record Step(double[] next, double reward, boolean terminal) {}

  /** The name in configurations. */
  String label();

  /** Draws a state to start from. */
  double[] start(RandomStream stream);

  /**
   * One step.
   *
   * @param action {@code [actionSize]}; taken to the valid range
   */
  Step step(double[] state, double[] action);

  /** What a policy sees of a state. */
  double[] observe(double[] state);

  int observationSize();

  int actionSize();

  /** Actions lie in [-bound, bound]. */
  double actionBound();

  /** Steps after which an episode is cut (a timeout, not a terminal). */
  int limit();

  /** The good controller. */
  Controller good();

  /** The bad one: uniform random actions. */
  default Controller random() {
    return (state, stream) -> {
      double[] action = new double[actionSize()];
      for (int i = 0; i < action.length; i++) {
        action[i] = actionBound() * (2 * stream.nextDouble() - 1);
      }
      return action;
    };
  }

  /**
   * The environment of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Environment ofLabel(String label) {
    return switch (label) {
      case Pendulum.LABEL -> new Pendulum();
      case CartPole.LABEL -> new CartPole();
      case PointMaze.LABEL -> new PointMaze();
      default -> throw new IllegalArgumentException("no environment is called " + label);
    };
  }

  /** Names of all environments. */
  static String[] labels() {
    return new String[] {Pendulum.LABEL, CartPole.LABEL, PointMaze.LABEL};
  }
}
