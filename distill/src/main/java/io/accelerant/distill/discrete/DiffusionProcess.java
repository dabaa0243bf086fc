package io.accelerant.distill.discrete;

import java.io.Serializable;

/**
 * A forward process: graph, noise and the size V of the vocabulary.
 *
 * @param vocabulary number V of data symbols; {@link #symbols()} also counts MASK where there is
 *     one
 */
public record DiffusionProcess(DiffusionGraph graph, NoiseSchedule noise, int vocabulary)
    implements Serializable {
  public DiffusionProcess {
    if (vocabulary < 2) {
      throw new IllegalArgumentException("a vocabulary has at least 2 symbols, not " + vocabulary);
    }
  }

  /** S: the number of entries of one row of a score. */
  public int symbols() {
    return graph.symbols(vocabulary);
  }

  /** The MASK symbol of the absorbing graph; no symbol at all, -1, of the uniform one. */
  public int mask() {
    return graph == DiffusionGraph.ABSORB ? vocabulary : -1;
  }

  /**
   * exp(-sigma_bar(t)): the probability that the forward process has not touched a symbol by time
   * t.
   */
  public double kept(double t) {
    return StrictMath.exp(-noise.total(t));
  }

  /** 1 - exp(-sigma_bar(t)): on the absorbing graph the probability of MASK at time t. */
  public double masked(double t) {
    return -StrictMath.expm1(-noise.total(t));
  }
}
