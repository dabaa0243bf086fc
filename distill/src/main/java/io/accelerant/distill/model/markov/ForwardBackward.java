package io.accelerant.distill.model.markov;

import java.util.Arrays;

/**
 * Sum-product on the chain of k-tuples: the posterior of every position of a segment given evidence
 * e_i(x_i) at each. Hard evidence narrows the tuples of a layer to those that agree with it, so a
 * segment costs the sum over i of the number of (k+1)-tuples that agree. Messages are normalised at
 * every step. Allocates nothing after construction.
 *
 * <p>Evidence that contradicts itself has no posterior; parallel decoding makes such states all the
 * time. A forward message without mass starts again from the evidence of its layer. A tuple that
 * what follows contradicts says nothing about what precedes: the backward message of the layer
 * below it starts again from the evidence there. A position whose two messages contradict each
 * other is uniform.
 */
final class ForwardBackward {
  /** Below this share of possible transitions, lists of successors beat dense rows. */
  private static final double SPARSE = 0.25;

  private final int order;
  private final int symbols;
  private final int tuples;
  private final double[] start;
  private final double[] transition;
  private final int[] shift; // (z mod V^(k-1)) V: where the successors of the tuple z begin
  private final int[] last; // z mod V

  private final boolean sparse;
  private final Successors successors;

  private final double[][] forward; // [L][V^k]
  private double[] backward;
  private double[] inbound; // the backward message of the layer above, times its evidence
  private final int[][] agreeing; // [L][..]: tuples of a layer that agree with hard evidence
  private final int[] count;
  private final int[] all;

  private int[] states;
  private int row;
  private double leak;
  private boolean
      contradicted; // what follows leaves the layer of the backward message without mass

  ForwardBackward(MarkovChain chain, int length) {
    this(chain, length, Successors.share(chain) < SPARSE);
  }

  ForwardBackward(MarkovChain chain, int length, boolean sparse) {
    order = chain.order();
    symbols = chain.symbols();
    tuples = chain.tuples();
    start = chain.start();
    transition = chain.transition();
    shift = new int[tuples];
    last = new int[tuples];
    all = new int[tuples];
    for (int z = 0; z < tuples; z++) {
      shift[z] = z % (tuples / symbols) * symbols;
      last[z] = z % symbols;
      all[z] = z;
    }
    this.sparse = sparse;
    successors = sparse ? Successors.of(chain) : Successors.NONE;
    forward = new double[length][tuples];
    backward = new double[tuples];
    inbound = new double[tuples];
    agreeing = new int[length][tuples];
    count = new int[length];
  }

  /**
   * Posteriors p(x_i = a | evidence) of positions lo..hi. The segment begins at position 0, where
   * the start law holds, or with k known symbols.
   *
   * @param states symbols; the segment is states[row + lo .. row + hi], hi - lo + 1 >= k
   * @param leak 0: hard evidence, e_i(a) = [a = x_i], a symbol of V or more is no evidence; above
   *     0: soft evidence, e_i(a) = 1 if a = x_i, else leak
   * @param contradicted whether what follows the segment contradicts its last tuple
   * @param posterior receives V entries for position i at (row + i) V; with hard evidence only for
   *     unknown positions
   * @return whether what follows the first tuple contradicts it
   */
  boolean posterior(
      int[] states,
      int row,
      int lo,
      int hi,
      double leak,
      boolean contradicted,
      double[] posterior) {
    this.contradicted = contradicted;
    this.states = states;
    this.row = row;
    this.leak = leak;
    int first = lo + order - 1;
    for (int i = first; i <= hi; i++) {
      agree(i);
    }
    begin(first, lo == 0);
    for (int i = first + 1; i <= hi; i++) {
      forward(i);
    }
    Arrays.fill(backward, 1);
    for (int i = hi; ; i--) {
      if (known(i) < 0) {
        marginal(i, i, posterior);
      }
      if (i == first) {
        break;
      }
      backward(i - 1);
    }
    for (int i = lo; i < first; i++) {
      if (known(i) < 0) {
        marginal(i, first, posterior);
      }
    }
    return this.contradicted;
  }

  /** The symbol that hard evidence fixes at a position, or -1. */
  private int known(int i) {
    int symbol = states[row + i];
    return leak > 0 || symbol >= symbols ? -1 : symbol;
  }

  /** Lists the tuples of layer i that agree with the evidence of its k positions. */
  private void agree(int i) {
    int free = 0;
    for (int j = i - order + 1; j <= i; j++) {
      free += known(j) < 0 ? 1 : 0;
    }
    if (free == order) {
      count[i] = -1; // all of them
      return;
    }
    int[] list = agreeing[i];
    int n = 1;
    list[0] = 0;
    for (int j = i - order + 1; j <= i; j++) {
      int symbol = known(j);
      if (symbol >= 0) {
        for (int m = 0; m < n; m++) {
          list[m] = list[m] * symbols + symbol;
        }
      } else {
        for (int m = n - 1; m >= 0; m--) { // from the end, so that no entry is overwritten unread
          for (int y = symbols - 1; y >= 0; y--) {
            list[m * symbols + y] = list[m] * symbols + y;
          }
        }
        n *= symbols;
      }
    }
    count[i] = n;
  }

  private int[] list(int i) {
    return count[i] < 0 ? all : agreeing[i];
  }

  private int size(int i) {
    return count[i] < 0 ? tuples : count[i];
  }

  /** Message of the first layer: the start law, or the k known symbols, times the evidence. */
  private void begin(int i, boolean atStart) {
    int[] list = list(i);
    double[] message = forward[i];
    for (int n = 0; n < size(i); n++) {
      int z = list[n];
      message[z] = atStart ? start[z] : 1;
      for (int j = i, rest = z; j > i - order; j--, rest /= symbols) {
        message[z] *= evidence(j, rest % symbols);
      }
    }
    normalise(i);
  }

  /** f_i(z') = e_i(y) sum over z before z' of f_{i-1}(z) A(z, y). */
  private void forward(int i) {
    double[] from = forward[i - 1];
    double[] to = forward[i];
    int[] before = list(i - 1);
    int[] here = list(i);
    int size = size(i);
    for (int n = 0; n < size; n++) {
      to[here[n]] = 0;
    }
    int known = known(i);
    int sizeBefore = size(i - 1);
    for (int n = 0; n < sizeBefore; n++) {
      int z = before[n];
      double mass = from[z];
      if (mass == 0) {
        continue;
      }
      if (known >= 0) {
        to[shift[z] + known] += mass * transition[z * symbols + known];
      } else if (sparse) {
        successors.push(z, mass, to);
      } else {
        addRow(mass, transition, z * symbols, to, shift[z], symbols);
      }
    }
    if (leak > 0) {
      observe(i, to);
    }
    normalise(i);
  }

  /** b_i(z) = sum_y A(z, y) e_{i+1}(y) b_{i+1}(z'). */
  private void backward(int i) {
    double[] swap = inbound;
    inbound = backward;
    backward = swap;
    if (leak > 0) {
      observe(i + 1, inbound);
    }
    int known = known(i + 1);
    int[] here = list(i);
    int size = size(i);
    double total = 0;
    for (int n = 0; n < size && !contradicted; n++) {
      int z = here[n];
      double sum = 0;
      if (known >= 0) {
        sum = transition[z * symbols + known] * inbound[shift[z] + known];
      } else if (sparse) {
        sum = successors.pull(z, inbound);
      } else {
        sum = dot(transition, z * symbols, inbound, shift[z], symbols);
      }
      backward[z] = sum;
      total += sum;
    }
    for (int n = 0; n < size; n++) {
      backward[here[n]] = total > 0 ? backward[here[n]] / total : 1;
    }
    contradicted = !contradicted && !(total > 0);
  }

  private static void addRow(double mass, double[] law, int row, double[] to, int at, int length) {
    for (int y = 0; y < length; y++) {
      to[at + y] += mass * law[row + y];
    }
  }

  /** Four running sums: one would wait for each addition. */
  private static double dot(double[] law, int row, double[] message, int at, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int y = 0;
    for (; y + 3 < length; y += 4) {
      s0 += law[row + y] * message[at + y];
      s1 += law[row + y + 1] * message[at + y + 1];
      s2 += law[row + y + 2] * message[at + y + 2];
      s3 += law[row + y + 3] * message[at + y + 3];
    }
    for (; y < length; y++) {
      s0 += law[row + y] * message[at + y];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private double evidence(int i, int symbol) {
    return leak == 0 || symbol == states[row + i] ? 1 : leak;
  }

  /** Multiplies a message by soft evidence on the last symbol of its tuples. */
  private void observe(int i, double[] message) {
    int seen = states[row + i];
    for (int z = 0; z < tuples; z++) {
      if (last[z] != seen) {
        message[z] *= leak;
      }
    }
  }

  private void normalise(int i) {
    double[] message = forward[i];
    int[] list = list(i);
    int size = size(i);
    double total = 0;
    for (int n = 0; n < size; n++) {
      total += message[list[n]];
    }
    for (int n = 0; n < size; n++) {
      int z = list[n];
      message[z] = total > 0 ? message[z] / total : evidence(i, last[z]);
    }
  }

  /**
   * Law of x_i from the two messages of a layer whose tuples hold position i; even where they
   * contradict.
   */
  private void marginal(int i, int layer, double[] posterior) {
    int after = 1;
    for (int j = i; j < layer; j++) {
      after *= symbols;
    }
    int at = (row + i) * symbols;
    Arrays.fill(posterior, at, at + symbols, 0);
    int[] list = list(layer);
    int size = size(layer);
    double[] message = forward[layer];
    double total = 0;
    for (int n = 0; n < size; n++) {
      int z = list[n];
      double mass = message[z] * backward[z];
      posterior[at + (after == 1 ? last[z] : z / after % symbols)] += mass;
      total += mass;
    }
    for (int a = at; a < at + symbols; a++) {
      posterior[a] = total > 0 ? posterior[a] / total : 1.0 / symbols;
    }
  }
}
