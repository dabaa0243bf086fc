package io.accelerant.distill.model.markov;

import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Scores;
import java.util.Arrays;

/**
 * The exact scores of noisy sequences of a Markov chain. On the absorbing graph an unmasked symbol
 * is certain (hard evidence) and the posterior does not depend on the time: k known symbols in a
 * row cut the sequence into segments that do not know of each other, and a segment that is as it
 * was at the last call keeps its posterior. On the uniform graph every position is soft evidence
 * q(x_i|a).
 */
public final class MarkovModel implements DiscreteModel {
  private final MarkovChain chain;
  private final DiffusionProcess process;
  private final int length;
  private final ForwardBackward messages;
  private int[] known = new int[0]; // the states of the last call, on the absorbing graph
  private double[] posterior = new double[0];
  private boolean[] ends =
      new boolean[0]; // of the segment that ends there: is its end contradicted?
  private boolean[] begins = new boolean[0]; // of the segment that begins there: is its begin?
  private boolean remember = true;

  /**
   * @throws IllegalArgumentException if the process has another vocabulary than the chain, or the
   *     length is below the order
   */
  public MarkovModel(MarkovChain chain, DiffusionProcess process, int length) {
    this(chain, process, length, new ForwardBackward(chain, length));
  }

  MarkovModel(MarkovChain chain, DiffusionProcess process, int length, ForwardBackward messages) {
    if (chain.symbols() != process.vocabulary()) {
      throw new IllegalArgumentException(
          Text.of(
              "the chain has %d symbols, the process %d", chain.symbols(), process.vocabulary()));
    }
    if (length < chain.order()) {
      throw new IllegalArgumentException(
          "length " + length + " is below the order " + chain.order() + " of the chain");
    }
    this.chain = chain;
    this.process = process;
    this.length = length;
    this.messages = messages;
  }

  /** A model that computes everything anew at each call, to test the one that does not. */
  static MarkovModel forgetful(
      MarkovChain chain, DiffusionProcess process, int length, boolean sparse) {
    MarkovModel model =
        new MarkovModel(chain, process, length, new ForwardBackward(chain, length, sparse));
    model.remember = false;
    return model;
  }

  @Override
  public DiffusionProcess process() {
    return process;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean timeAgnosticPosterior() {
    return process.graph() == DiffusionGraph.ABSORB;
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    int positions = batch * length;
    int symbols = chain.symbols();
    if (posterior.length < positions * symbols) {
      posterior = new double[positions * symbols];
      known = new int[positions];
      Arrays.fill(known, -1);
      ends = new boolean[positions];
      begins = new boolean[positions];
    }
    for (int b = 0; b < batch; b++) {
      if (process.graph() == DiffusionGraph.ABSORB) {
        segments(states, b * length);
      } else {
        double other = process.masked(time) / symbols;
        double leak = other / (other + process.kept(time));
        messages.posterior(states, b * length, 0, length - 1, leak, false, posterior);
      }
    }
    if (process.graph() == DiffusionGraph.ABSORB) {
      System.arraycopy(states, 0, known, 0, positions);
    }
    Scores.fromPosteriors(process, states, positions, posterior, time, scores);
  }

  /**
   * Posteriors of the masked positions of one row, a segment at a time, from the right: of what
   * follows a segment, it must know only whether it contradicts the k known symbols at its end.
   */
  private void segments(int[] states, int row) {
    int order = chain.order();
    boolean contradicted = false;
    int layer = length - 1; // the layer that `contradicted` is about
    int i = layer;
    while (i >= 0) {
      if (states[row + i] != process.mask()) {
        i--;
        continue;
      }
      int hi = Math.min(length - 1, i + order); // what lies between i and the next segment is known
      for (; layer > hi; layer--) {
        contradicted = !contradicted && impossible(states, row + layer);
      }
      int run = 0;
      while (i >= 0 && run < order) {
        run = states[row + i] == process.mask() ? 0 : run + 1;
        i--;
      }
      int lo = i + 1;
      contradicted = segment(states, row, lo, hi, contradicted);
      layer = lo + order - 1;
    }
  }

  /** Whether the k known symbols before a known one cannot be followed by it. */
  private boolean impossible(int[] states, int position) {
    int tuple = 0;
    for (int j = position - chain.order(); j < position; j++) {
      tuple = tuple * chain.symbols() + states[j];
    }
    return chain.transition(tuple, states[position]) == 0;
  }

  /**
   * Computes a segment, unless it is as it was at the last call or as it is in the row above (a
   * batch begins masked).
   */
  private boolean segment(int[] states, int row, int lo, int hi, boolean contradicted) {
    int from = row + lo;
    int last = row + hi;
    int above = from - length;
    int size = hi - lo + 1;
    if (remember
        && ends[last] == contradicted
        && Arrays.equals(states, from, last + 1, known, from, last + 1)) {
      return begins[from];
    }
    if (remember
        && above >= 0
        && ends[last - length] == contradicted
        && Arrays.equals(states, from, last + 1, states, above, above + size)) {
      int symbols = chain.symbols();
      System.arraycopy(posterior, above * symbols, posterior, from * symbols, size * symbols);
      begins[from] = begins[above];
    } else {
      begins[from] = messages.posterior(states, row, lo, hi, 0, contradicted, posterior);
    }
    ends[last] = contradicted;
    return begins[from];
  }
}
