package io.accelerant.distill.decode;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a decoder does after each forward: which masked positions get which tokens, and which
 * committed ones are masked again. A pure function of what a row has seen, and of the draws that
 * the row's key addresses.
 */
public interface UnmaskRule extends Serializable {
  /** Name in configurations and tables. */
  String label();

  /**
   * Begins a row. A rule that remembers nothing returns the same steps for every row; one that does
   * (confidences at the last forward, a patience) returns its own.
   */
  Steps begin();

  /** The forwards of one row. */
  @FunctionalInterface
  interface Steps {
    /**
     * @param row after a forward, with at least one position that is open
     * @return at least one position, unless some are masked again
     */
    Commit choose(MaskedRow row);
  }

  /**
   * Tokens for positions.
   *
   * @param positions that were open
   * @param tokens of each
   * @param again committed positions, given ones never, that are masked again; they may be among
   *     the positions
   */
  record Commit(int[] positions, int[] tokens, int[] again) {
    private static final int[] NONE = {};

    /** Of one position. */
    public static Commit of(int position, int token) {
      return new Commit(new int[] {position}, new int[] {token}, NONE);
    }

    /** The likeliest tokens of positions, masking none again. */
    public static Commit likeliest(MaskedRow row, int... positions) {
      int[] tokens = Arrays.stream(positions).map(i -> row.law(i).likeliest()).toArray();
      return new Commit(positions, tokens, NONE);
    }
  }
}
