package io.accelerant.rl.weight;

import java.util.List;

/**
 * What the weights need of one trajectory.
 *
 * @param id unique in its data set
 * @param value G, the undiscounted sum of its rewards
 * @param length T, its stored transitions
 * @param start s_0, the first observation
 */
public record Episode(long id, double value, int length, List<Double> start) {
  public Episode {
    if (length < 1) {
      throw new IllegalArgumentException("episode " + id + " has no transitions");
    }
    start = List.copyOf(start);
  }

  /** G from the rewards in order of step. */
  public static double sum(double... rewards) {
    double sum = 0;
    for (double reward : rewards) {
      sum += reward;
    }
    return sum;
  }

  double[] startArray() {
    return start.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
