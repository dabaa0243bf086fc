package io.accelerant.rl.gvm;

import java.io.Serializable;

/** Gradients of the log-probabilities of answers. */
public final class GradientNorms {
  private GradientNorms() {}

  /**
   * An answer whose gradient is wanted.
   *
   * @param prompt tokens that are read, at least one
   * @param answer tokens as drawn, the end with them, at least one
   */
  public record Row(int[] prompt, int[] answer) implements Serializable {
    public Row {
      if (prompt.length == 0 || answer.length == 0) {
        throw new IllegalArgumentException("prompt and answer have at least one token");
      }
    }

    /** Tokens that are read: all but the last. */
    int read() {
      return prompt.length + answer.length - 1;
    }
  }
}
