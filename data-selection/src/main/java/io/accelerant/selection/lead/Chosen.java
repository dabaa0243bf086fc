package io.accelerant.selection.lead;

import io.accelerant.core.train.Draw;
import java.util.Arrays;

/**
 * The rows of a round, update by update.
 *
 * @param first number of the round's first update
 * @param rows in the order of training
 * @param ends behind the last row of each update
 */
record Chosen(int first, long[] rows, int[] ends) {
  /** Number of the update after the last. */
  int end() {
    return first + ends.length;
  }

  /** Of the rows of an update, which are all that it holds. */
  Draw draw(int update) {
    long[] own = Arrays.copyOfRange(rows, from(update), to(update));
    return Draw.chosen(any -> own);
  }

  /** Place of the first row of an update. */
  int from(int update) {
    return update == first ? 0 : ends[update - first - 1];
  }

  /** The place after its last one. */
  private int to(int update) {
    return ends[update - first];
  }

  /** Its share of the rows. */
  double share(int update) {
    return (to(update) - from(update)) / (double) rows.length;
  }
}
