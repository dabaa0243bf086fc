package io.accelerant.core.lm;

/** A frozen model of the next token, opened in one task. Not thread-safe. */
public interface CausalModel extends AutoCloseable {
  /** Number of tokens. */
  int vocabulary();

  /** Largest number of tokens that the model can read. */
  int maximumLength();

  /**
   * Reads prompts, each from its start. At most one continuation is open at a time.
   *
   * @param prompts at least one, each of 1 to {@link #maximumLength} tokens
   */
  Continuation read(int[][] prompts);

  @Override
  default void close() {}

  /** Rows of tokens that a model has read. */
  interface Continuation extends AutoCloseable {
    /** Number of rows. */
    int rows();

    /**
     * What the model says of a row's next token.
     *
     * @param logits {@code [vocabulary]}, written: unnormalised natural logarithms
     */
    void logits(int row, double[] logits);

    /**
     * Reads one more token in each row.
     *
     * @param tokens {@code [rows]}
     */
    void append(int[] tokens);

    /**
     * Goes on with these rows alone, row i being what row {@code rows[i]} was; one that is named
     * twice goes two ways.
     */
    void keep(int[] rows);

    @Override
    default void close() {}
  }
}
