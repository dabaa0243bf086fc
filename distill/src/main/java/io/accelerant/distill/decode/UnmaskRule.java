package io.accelerant.distill.decode;

import io.accelerant.core.lm.Warp;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What a decoder does after each forward: which masked positions get which tokens, and which
 * committed ones are masked again. A pure function of what a row has seen, and of the draws that
 * the row's key addresses.
 */
public interface UnmaskRule extends Serializable {
  /** Name in configurations and tables. */
  String label();

  /** How the rule's source draws tokens: the likeliest, unless the rule is made to sample. */
  default Warp warp() {
    return Warp.GREEDY;
  }

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

    /**
     * Asked before {@link #choose} by rules that look ahead: what the row may become, all of which
     * the next forward reads. The row then is the one of the highest worth, of equal ones the
     * first, and goes on from what was said of it.
     *
     * @return none to {@link #choose}
     */
    default List<Commit> continuations(MaskedRow row) {
      return List.of();
    }

    /**
     * What it is worth that the row has become a continuation.
     *
     * @param row as if it had, with what the model says then
     * @param continuation number among those that were named
     */
    default double worth(MaskedRow row, int continuation) {
      return 0;
    }
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

    /** Tokens of positions as they are drawn, masking none again. */
    public static Commit drawn(MaskedRow row, int... positions) {
      return new Commit(positions, Arrays.stream(positions).map(row::draw).toArray(), NONE);
    }

    /** The likeliest tokens of positions, masking none again. */
    public static Commit likeliest(MaskedRow row, int... positions) {
      int[] tokens = Arrays.stream(positions).map(i -> row.law(i).likeliest()).toArray();
      return new Commit(positions, tokens, NONE);
    }

    /** This, and then masking positions again. */
    public Commit masking(int... positionsAgain) {
      return new Commit(positions, tokens, positionsAgain);
    }
  }
}
