package io.accelerant.distill.model.markov;

import java.util.Arrays;

/**
 * The possible transitions of a chain, tuple by tuple: those of z are at {@code from[z] ..
 * from[z+1]-1}.
 *
 * @param from [V^k + 1]
 * @param to the tuple that each leads to
 * @param law its probability, above 0
 */
record Successors(int[] from, int[] to, double[] law) {
  static final Successors NONE = new Successors(new int[1], new int[0], new double[0]);

  static Successors of(MarkovChain chain) {
    int symbols = chain.symbols();
    int tuples = chain.tuples();
    double[] transition = chain.transition();
    int possible = (int) possible(chain);
    Successors list = new Successors(new int[tuples + 1], new int[possible], new double[possible]);
    int n = 0;
    for (int e = 0; e < transition.length; e++) {
      if (transition[e] > 0) {
        list.to[n] = e % tuples; // z V + y without its first symbol
        list.law[n++] = transition[e];
      }
      if ((e + 1) % symbols == 0) {
        list.from[(e + 1) / symbols] = n;
      }
    }
    return list;
  }

  /** Share of the transitions that are possible. */
  static double share(MarkovChain chain) {
    return (double) possible(chain) / chain.transition().length;
  }

  private static long possible(MarkovChain chain) {
    return Arrays.stream(chain.transition()).filter(p -> p > 0).count();
  }

  /** message(z') += mass A(z, y) for every y. */
  void push(int z, double mass, double[] message) {
    for (int e = from[z]; e < from[z + 1]; e++) {
      message[to[e]] += mass * law[e];
    }
  }

  /** sum_y A(z, y) message(z'). */
  double pull(int z, double[] message) {
    double sum = 0;
    for (int e = from[z]; e < from[z + 1]; e++) {
      sum += law[e] * message[to[e]];
    }
    return sum;
  }
}
