package io.accelerant.distill.model.markov;

import io.accelerant.core.random.RandomStream;

/** Chains for tests. */
final class Chains {
  private Chains() {}

  /** A random chain in which about the given share of the transitions is impossible. */
  static MarkovChain random(int order, int symbols, long seed, double impossible) {
    RandomStream stream = new RandomStream(seed, RandomStream.purpose("test.chain"), order, 0);
    int tuples = MarkovChain.tuples(order, symbols);
    double[] start = new double[tuples];
    double[] transition = new double[tuples * symbols];
    fill(start, 0, tuples, 0, stream);
    for (int z = 0; z < tuples; z++) {
      fill(transition, z * symbols, symbols, impossible, stream);
    }
    return new MarkovChain(order, symbols, start, transition);
  }

  private static void fill(
      double[] law, int offset, int length, double impossible, RandomStream stream) {
    int certain = stream.nextInt(length);
    double sum = 0;
    for (int j = 0; j < length; j++) {
      boolean possible = stream.nextDouble() >= impossible || j == certain;
      double weight = stream.nextOpenDouble();
      law[offset + j] = possible ? weight * weight : 0;
      sum += law[offset + j];
    }
    for (int j = offset; j < offset + length; j++) {
      law[j] /= sum;
    }
  }

  /** The digits of n in a base, the last the fastest. */
  static int[] digits(int n, int base, int length) {
    int[] digits = new int[length];
    for (int i = length - 1, rest = n; i >= 0; i--, rest /= base) {
      digits[i] = rest % base;
    }
    return digits;
  }
}
