package io.accelerant.core.optim;

import java.io.Serializable;

/** Learning rate of each step, counted from 0. A function of the step alone, so it has no state. */
@FunctionalInterface
public interface LearningRate extends Serializable {
  double at(long step);

  /** The same for all steps. */
  static LearningRate constant(double rate) {
    return step -> rate;
  }

  /** {@code peak (step + 1) / warmUp} for the first {@code warmUp} steps, then what follows. */
  static LearningRate warmUp(long warmUp, double peak, LearningRate then) {
    return step -> step < warmUp ? peak * (step + 1) / warmUp : then.at(step - warmUp);
  }

  /**
   * {@code floor + (peak - floor) (1 + cos(pi step / steps)) / 2}, the floor from {@code steps} on:
   * Loshchilov and Hutter, "SGDR", without restarts.
   */
  static LearningRate cosine(double peak, double floor, long steps) {
    return step ->
        step >= steps
            ? floor
            : floor + (peak - floor) * (1 + StrictMath.cos(Math.PI * step / steps)) / 2;
  }

  /** From peak to floor along a straight line over {@code steps}. */
  static LearningRate linear(double peak, double floor, long steps) {
    return step -> step >= steps ? floor : peak + (floor - peak) * step / steps;
  }
}
