package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;

/**
 * Swing a pendulum up and hold it: state (theta, theta'), theta = 0 upright, torque u in [-2, 2].
 * Every episode has 200 steps, the reward is never positive. Constants: dt = 0.05 s, g = 10, m = l
 * = 1.
 */
public record Pendulum() implements Environment {
  static final String LABEL = "pendulum";
  private static final double DT = 0.05;
  private static final double GRAVITY = 10;
  private static final double MAX_SPEED = 8;
  private static final double MAX_TORQUE = 2;

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public double[] start(RandomStream stream) {
    double angle = Math.PI * (2 * stream.nextDouble() - 1);
    return new double[] {angle, 2 * stream.nextDouble() - 1};
  }

  /**
   * Reward {@code -(ang(theta)^2 + 0.1 theta'^2 + 0.001 u^2)} of the state before the step; then
   * {@code theta' += (3 g / 2 sin theta + 3 u) dt}, held in [-8, 8], and {@code theta += theta'
   * dt}.
   */
  @Override
  public Step step(double[] state, double[] action) {
    double u = clip(action[0], MAX_TORQUE);
    double angle = wrapped(state[0]);
    double reward = -(angle * angle + 0.1 * state[1] * state[1] + 0.001 * u * u);
    double acceleration = 1.5 * GRAVITY * StrictMath.sin(state[0]) + 3 * u;
    double speed = clip(state[1] + acceleration * DT, MAX_SPEED);
    return new Step(new double[] {state[0] + speed * DT, speed}, reward, false);
  }

  static double clip(double x, double bound) {
    return Math.max(-bound, Math.min(bound, x));
  }

  /** The angle in [-pi, pi). */
  static double wrapped(double angle) {
    double turns = Math.floor((angle + Math.PI) / (2 * Math.PI));
    return angle - 2 * Math.PI * turns;
  }

  /** (cos theta, sin theta, theta'). */
  @Override
  public double[] observe(double[] state) {
    return new double[] {StrictMath.cos(state[0]), StrictMath.sin(state[0]), state[1]};
  }

  @Override
  public int observationSize() {
    return 3;
  }

  @Override
  public int actionSize() {
    return 1;
  }

  @Override
  public double actionBound() {
    return MAX_TORQUE;
  }

  @Override
  public int limit() {
    return 200;
  }

  /**
   * Near the top, slowly: a linear controller; elsewhere it pumps energy towards that of the top,
   * {@code E = theta'^2 / 6 + 5 cos theta = 5}.
   */
  @Override
  public Controller good() {
    return (state, stream) -> {
      double cos = StrictMath.cos(state[0]);
      if (cos > 0.85 && Math.abs(state[1]) < 4) {
        double u = -(12 * wrapped(state[0]) + 2.5 * state[1]);
        return new double[] {clip(u, MAX_TORQUE)};
      }
      double energy = state[1] * state[1] / 6 + 5 * cos;
      return new double[] {MAX_TORQUE * Math.signum(state[1] * (5 - energy))};
    };
  }
}
