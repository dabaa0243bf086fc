package io.accelerant.distill.decode;

import java.util.Arrays;

/**
 * A row cut into ranges of positions that are filled from left to right.
 *
 * @param from where the first one begins
 * @param length positions of a block; the last may have fewer
 */
public record Blocks(int from, int length) {
  /**
   * The blocks of a row: from the answer on, or from the start of the row if something is given
   * behind an open position.
   *
   * @param open positions to be answered, rising
   * @param tokens of the row
   * @param blockLength positions of a block; 0 for one block
   */
  public static Blocks of(int[] open, int tokens, int blockLength) {
    boolean suffix = open.length > 0 && open[0] == tokens - open.length;
    return new Blocks(suffix ? open[0] : 0, blockLength == 0 ? tokens : blockLength);
  }

  /** Where the block of a position begins. */
  public int begin(int position) {
    return position - (position - from) % length;
  }

  /** Those of the first positions that are in one block. */
  public int[] first(int[] positions) {
    if (positions.length == 0) {
      return positions;
    }
    int end = begin(positions[0]) + length;
    return Arrays.stream(positions).takeWhile(i -> i < end).toArray();
  }
}
