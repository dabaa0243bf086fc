package io.accelerant.distill.discrete;

import io.accelerant.core.random.RandomStream;

/** q(x_t | x_0): how data is made noisy, every position on its own. */
public final class ForwardProcess {
  private ForwardProcess() {}

  /** q(x_t = {@code to} | x_0 = {@code from}). */
  public static double probability(DiffusionProcess process, int from, int to, double t) {
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    double same = from == to ? process.kept(t) : 0;
    double moved = absorb ? (to == process.mask() ? 1 : 0) : 1.0 / process.vocabulary();
    return same + process.masked(t) * moved;
  }

  /**
   * Draws x_t ~ q(x_t | x_0). Every position takes the same numbers of the stream at every t, so
   * that equal streams give coupled states: what has moved at t has moved at every later time, to
   * the same symbol.
   *
   * @param tokens x_0, data symbols; any number of positions
   * @return x_t
   */
  public static int[] corrupt(
      DiffusionProcess process, int[] tokens, double t, RandomStream stream) {
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    double kept = process.kept(t);
    int[] noisy = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      boolean keep = stream.nextDouble() < kept;
      int other = absorb ? process.mask() : stream.nextInt(process.vocabulary());
      noisy[i] = keep ? tokens[i] : other;
    }
    return noisy;
  }

  /**
   * Masks exactly k positions, all choices alike: the states of k-DCE.
   *
   * @throws IllegalArgumentException if k is not in 0..L, or the graph has no MASK
   */
  public static int[] maskExactly(
      DiffusionProcess process, int[] tokens, int k, RandomStream stream) {
    if (k < 0 || k > tokens.length || process.graph() != DiffusionGraph.ABSORB) {
      throw new IllegalArgumentException(
          "cannot mask "
              + k
              + " of "
              + tokens.length
              + " positions, graph "
              + process.graph().label());
    }
    int[] noisy = tokens.clone();
    int left = k;
    for (int i = 0; left > 0; i++) {
      if (stream.nextInt(tokens.length - i) < left) { // selection sampling, Knuth's algorithm S
        noisy[i] = process.mask();
        left--;
      }
    }
    return noisy;
  }
}
