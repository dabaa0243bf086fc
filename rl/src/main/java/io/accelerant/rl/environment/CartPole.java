package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;

/**
 * Balance a pole on a cart: state (x, x', theta, theta'), a push of 10 to the right where the
 * action is positive, else to the left. Reward 1 a step, the failing one too; the episode ends
 * beyond 2.4 m or 12 degrees, and is cut after 500 steps. Cart 1 kg, pole 0.1 kg of half length 0.5
 * m.
 */
public record CartPole() implements Environment {
  static final String LABEL = "cartpole";
  private static final double GRAVITY = 9.8;
  private static final double TOTAL_MASS = 1.1;
  private static final double POLE_MASS = 0.1;
  private static final double HALF_LENGTH = 0.5;
  private static final double FORCE = 10;
  private static final double DT = 0.02;
  private static final double MAX_PLACE = 2.4;
  private static final double MAX_ANGLE = 12 * Math.PI / 180;

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public double[] start(RandomStream stream) {
    double[] state = new double[4];
    for (int i = 0; i < 4; i++) {
      state[i] = 0.05 * (2 * stream.nextDouble() - 1);
    }
    return state;
  }

  /** Explicit Euler with the old velocities (Barto, Sutton and Anderson 1983). */
  @Override
  public Step step(double[] state, double[] action) {
    double force = action[0] > 0 ? FORCE : -FORCE;
    double sin = StrictMath.sin(state[2]);
    double cos = StrictMath.cos(state[2]);
    double moment = POLE_MASS * HALF_LENGTH;
    double push = (force + moment * state[3] * state[3] * sin) / TOTAL_MASS;
    double turning =
        (GRAVITY * sin - cos * push)
            / (HALF_LENGTH * (4.0 / 3 - POLE_MASS * cos * cos / TOTAL_MASS));
    double acceleration = push - moment * turning * cos / TOTAL_MASS;
    double[] next = {
      state[0] + DT * state[1],
      state[1] + DT * acceleration,
      state[2] + DT * state[3],
      state[3] + DT * turning
    };
    boolean fallen = Math.abs(next[0]) > MAX_PLACE || Math.abs(next[2]) > MAX_ANGLE;
    return new Step(next, 1, fallen);
  }

  @Override
  public double[] observe(double[] state) {
    return state.clone();
  }

  @Override
  public int observationSize() {
    return 4;
  }

  @Override
  public int actionSize() {
    return 1;
  }

  @Override
  public double actionBound() {
    return 1;
  }

  @Override
  public int limit() {
    return 500;
  }

  /** Right iff {@code theta + 0.5 theta' + 0.05 x + 0.1 x' > 0}. */
  @Override
  public Controller good() {
    return (state, stream) -> {
      double lean = state[2] + 0.5 * state[3] + 0.05 * state[0] + 0.1 * state[1];
      return new double[] {lean > 0 ? 1 : -1};
    };
  }

  /** Left or right by a fair coin. */
  @Override
  public Controller random() {
    return (state, stream) -> new double[] {stream.nextDouble() < 0.5 ? -1 : 1};
  }
}
