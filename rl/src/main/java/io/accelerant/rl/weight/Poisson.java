package io.accelerant.rl.weight;

import io.accelerant.core.random.RandomStream;

/** Counts of independent rare events. */
public final class Poisson {
  /** Above it, e^-mean leaves too few bits; the sum of two Poisson counts is a Poisson count. */
  private static final double PART = 16;

  private Poisson() {}

  /** One count with this mean, by inversion. */
  public static int draw(double mean, RandomStream stream) {
    int count = 0;
    double rest = mean;
    while (rest > PART) {
      count += inverse(PART, stream.nextDouble());
      rest -= PART;
    }
    return count + inverse(rest, stream.nextDouble());
  }

  private static int inverse(double mean, double uniform) {
    double term = StrictMath.exp(-mean);
    double sum = term;
    int k = 0;
    while (uniform >= sum && term > 0) {
      k++;
      term *= mean / k;
      sum += term;
    }
    return k;
  }
}
