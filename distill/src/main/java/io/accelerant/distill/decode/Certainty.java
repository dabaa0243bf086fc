package io.accelerant.distill.decode;

import io.accelerant.core.lm.TokenLaw;

/**
 * How sure a model is of a position, by what it says itself (temperature 1, whatever tokens are
 * drawn by). All in float64: sums of {@code p ln p} in less are noise.
 */
final class Certainty {
  private Certainty() {}

  /** {@code ln max p}, at most 0. */
  static double logConfidence(TokenLaw law) {
    return law.logP(law.likeliest());
  }

  /** {@code max p}. */
  static double confidence(TokenLaw law) {
    return StrictMath.exp(logConfidence(law));
  }

  /** {@code p(1) - p(2)} of the two likeliest tokens. */
  static double margin(TokenLaw law) {
    return confidence(law) - StrictMath.exp(secondLogP(law));
  }

  /** {@code z(1) - z(2)} of the two largest logits; infinite if only one token can come. */
  static double logitMargin(TokenLaw law) {
    return logConfidence(law) - secondLogP(law);
  }

  /** {@code -sum p ln p} in nats. */
  static double entropy(TokenLaw law) {
    double sum = 0;
    for (int token = 0; token < law.vocabulary(); token++) {
      double logP = law.logP(token);
      double p = StrictMath.exp(logP);
      sum -= p == 0 ? 0 : p * logP; // what never comes has a logarithm that is not finite
    }
    return sum;
  }

  private static double secondLogP(TokenLaw law) {
    double second = Double.NEGATIVE_INFINITY;
    for (int token = 0; token < law.vocabulary(); token++) {
      second = token == law.likeliest() ? second : Math.max(second, law.logP(token));
    }
    return second;
  }
}
