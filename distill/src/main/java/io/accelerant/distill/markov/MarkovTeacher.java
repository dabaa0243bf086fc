package io.accelerant.distill.markov;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteTeacher;
import io.accelerant.distill.discrete.Scores;
import java.util.Arrays;

/**
 * The exact scores of noisy sequences of a Markov chain. On the absorbing graph an unmasked symbol
 * is certain (hard evidence) and the posterior does not depend on the time: k known symbols in a
 * row cut the sequence into segments that do not know of each other, and a segment that is as it
 * was at the last call keeps its posterior. On the uniform graph every position is soft evidence
 * q(x_i|a).
 */
public final class MarkovTeacher implements DiscreteTeacher {
  private final MarkovChain chain;
  private final DiffusionProcess process;
  private final int length;
  private final ForwardBackward messages;
  private int[] known = new int[0]; // the states of the last call, on the absorbing graph
  private double[] posterior = new double[0];
  private boolean remember = true;

  /**
   * @throws IllegalArgumentException if the process has another vocabulary than the chain, or the
   *     length is below the order
   */
  public MarkovTeacher(MarkovChain chain, DiffusionProcess process, int length) {
    this(chain, process, length, new ForwardBackward(chain, length));
  }

  MarkovTeacher(MarkovChain chain, DiffusionProcess process, int length, ForwardBackward messages) {
    if (chain.symbols() != process.vocabulary()) {
      throw new IllegalArgumentException(
          "the chain has %d symbols, the process %d"
              .formatted(chain.symbols(), process.vocabulary()));
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

  /** A teacher that computes everything anew at each call, to test the one that does not. */
  static MarkovTeacher forgetful(
      MarkovChain chain, DiffusionProcess process, int length, boolean sparse) {
    MarkovTeacher teacher =
        new MarkovTeacher(chain, process, length, new ForwardBackward(chain, length, sparse));
    teacher.remember = false;
    return teacher;
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
    }
    for (int b = 0; b < batch; b++) {
      if (process.graph() == DiffusionGraph.ABSORB) {
        segments(states, b * length);
      } else {
        double other = process.masked(time) / symbols;
        messages.posterior(
            states, b * length, 0, length - 1, other / (other + process.kept(time)), posterior);
      }
    }
    if (process.graph() == DiffusionGraph.ABSORB) {
      System.arraycopy(states, 0, known, 0, positions);
    }
    Scores.fromPosteriors(process, states, positions, posterior, time, scores);
  }

  /** Posteriors of the masked positions of one row, a segment at a time. */
  private void segments(int[] states, int row) {
    int order = chain.order();
    int i = 0;
    while (i < length) {
      if (states[row + i] != process.mask()) {
        i++;
        continue;
      }
      int lo = Math.max(0, i - order); // what lies between the last segment and i is known
      int run = 0;
      while (i < length && run < order) {
        run = states[row + i] == process.mask() ? 0 : run + 1;
        i++;
      }
      if (!(remember && recalled(states, row + lo, row + i))) {
        messages.posterior(states, row, lo, i - 1, 0, posterior);
      }
    }
  }

  /**
   * Whether the segment is as it was at the last call, or as it is in the row before (a batch
   * begins all masked).
   */
  private boolean recalled(int[] states, int from, int to) {
    if (Arrays.equals(states, from, to, known, from, to)) {
      return true;
    }
    int above = from - length;
    if (above < 0 || !Arrays.equals(states, from, to, states, above, to - length)) {
      return false;
    }
    int symbols = chain.symbols();
    System.arraycopy(posterior, above * symbols, posterior, from * symbols, (to - from) * symbols);
    return true;
  }
}
