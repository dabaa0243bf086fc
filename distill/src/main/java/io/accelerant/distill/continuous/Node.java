package io.accelerant.distill.continuous;

import java.io.Serializable;

/**
 * One time of a grid and what the schedule says of it.
 *
 * @param lambda ln(alpha / sigma), half the log signal-to-noise ratio; grows while sampling
 */
public record Node(double t, double alpha, double sigma, double lambda) implements Serializable {
  /** No noise at all: where a sampler may end. */
  static final Node CLEAN = new Node(0, 1, 0, Double.POSITIVE_INFINITY);

  /** sigma = sqrt(-expm1(2 ln alpha)), which keeps its digits where alpha is close to 1. */
  static Node of(double t, double logAlpha) {
    double variance = -StrictMath.expm1(2 * logAlpha);
    return new Node(
        t,
        StrictMath.exp(logAlpha),
        StrictMath.sqrt(variance),
        logAlpha - 0.5 * StrictMath.log(variance));
  }
}
