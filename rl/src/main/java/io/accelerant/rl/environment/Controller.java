package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/** Chooses actions; a random one draws from the stream. */
@FunctionalInterface
public interface Controller extends Serializable {
  double[] act(double[] state, RandomStream stream);
}
