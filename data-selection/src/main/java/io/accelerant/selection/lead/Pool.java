package io.accelerant.selection.lead;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;

/**
 * A pool that has been looked over.
 *
 * @param rows what selections know of it
 * @param ifd of each row as it came out, above 1 too: the loss of the answer behind its prompt over
 *     that of the answer alone, by the warm-up model; 0 where an answer has no loss
 * @param warmLoss nats a token of each answer, by the warm-up model
 * @param warmUp whether the warm-up model was trained on a row, so that these two say less of it
 * @param effort what it took
 */
record Pool(PoolRows rows, double[] ifd, double[] warmLoss, boolean[] warmUp, Effort effort)
    implements Serializable {
  /**
   * @param seconds by name: of the passes {@code iu0}, {@code copies}, {@code warmLoss}, {@code
   *     aloneLoss}, {@code tasks} where these are found, and of the training {@code warmUp}
   * @param slots tasks that ran beside each other in a pass, at most
   * @param cutByLoss whether clusters are cut by the initial loss, without the warm-up model
   */
  record Effort(Map<String, Double> seconds, int slots, boolean cutByLoss)
      implements Serializable {}

  /** Share of uses of rows that were of the warm-up's rows. */
  double warmUpShare(long[] uses) {
    return Arrays.stream(uses).filter(id -> warmUp[Arrays.binarySearch(rows.ids(), id)]).count()
        / (double) uses.length;
  }
}
