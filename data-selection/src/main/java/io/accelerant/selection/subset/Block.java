package io.accelerant.selection.subset;

/**
 * The records of one round: those whose position under the permutation of a pass is in {@code from
 * .. to-1}.
 *
 * @param pass p, which permutation
 * @param slot place of the round in its pass
 * @param from first position
 * @param to position after the last
 */
public record Block(long pass, int slot, long from, long to) {
  /** Number of records. */
  public long size() {
    return to - from;
  }

  public boolean contains(long position) {
    return from <= position && position < to;
  }
}
