package io.accelerant.core.optim;

import io.accelerant.core.engine.Flat;

/**
 * Exponential moving average of parameters: {@code a' = d a + (1 - d) p}, kept apart from the raw
 * weights. The decay of step t (from 0) is {@code min(decay, (1 + t) / (10 + t))}, so that the
 * random start is soon forgotten; without warm-up it is the decay.
 *
 * @param decay d, in [0, 1)
 * @param warmUp whether early steps forget faster
 */
public record ExponentialAverage(double decay, boolean warmUp) implements java.io.Serializable {
  public ExponentialAverage {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("decay must be in [0, 1), is " + decay);
    }
  }

  /** The decay of one step. */
  public double at(long step) {
    return warmUp ? Math.min(decay, (1.0 + step) / (10.0 + step)) : decay;
  }

  /** Moves the average, in place, towards the parameters. */
  public void update(Flat average, Flat parameters, long step) {
    average.moveTowards(parameters, 1 - at(step));
  }
}
