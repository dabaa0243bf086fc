package io.accelerant.distill.decode;

/**
 * A frozen model of masked positions, opened in one task: a network, or an exact posterior. What it
 * says of a row depends on that row alone. Not thread-safe.
 */
public interface MaskedModel extends AutoCloseable {
  /** Number of logits, those of MASK and of what is no token with them. */
  int vocabulary();

  /** Token of a masked position: the last, if the model does not say otherwise. */
  default int mask() {
    return vocabulary() - 1;
  }

  /** Largest number of tokens of a row. */
  int maximumLength();

  /**
   * Reads rows.
   *
   * @param rows tokens, each row of 1 to {@link #maximumLength}; read, not kept
   * @return valid until the next call
   */
  Logits logits(int[][] rows);

  @Override
  default void close() {}

  /** What a model says of the positions of some rows. */
  @FunctionalInterface
  interface Logits {
    /**
     * @param logits {@code [vocabulary]}, written: unnormalised natural logarithms, minus infinity
     *     for MASK and what is no token
     */
    void at(int row, int position, double[] logits);
  }
}
