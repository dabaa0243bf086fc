package io.accelerant.distill.discrete;

/**
 * A frozen discrete diffusion model: (state, time) to scores, a batch at a time. Not thread-safe;
 * one per task. Exact posteriors and networks implement it alike.
 */
public interface DiscreteModel extends AutoCloseable {
  DiffusionProcess process();

  /** Number L of positions of a state. */
  int length();

  /**
   * Concrete scores s[i][y] ~ p_t(x with x_i := y) / p_t(x), own entry 1. On the absorbing graph
   * the MASK entry of a masked row is its own entry, 1; the rows of unmasked positions are 0 but
   * for their own entry.
   *
   * @param states [batch][length], flat
   * @param time t in (0, 1]
   * @param scores receives [batch][length][symbols], flat
   */
  void scores(int[] states, int batch, double time, double[] scores);

  /**
   * Whether, on the absorbing graph, the posterior of a state does not depend on the time, so that
   * scores at two times differ by c(t) only. True of exact posteriors and of networks that are not
   * given the time.
   */
  default boolean timeAgnosticPosterior() {
    return false;
  }

  @Override
  default void close() {}
}
