package io.accelerant.selection.lead;

import java.util.Map;

/**
 * A pool that has been looked over.
 *
 * @param rows what selections know of it
 * @param ifd of each row as it came out, above 1 too: the loss of the answer behind its prompt over
 *     that of the answer alone, by the warm-up model; 0 where an answer has no loss
 * @param warmLoss nats a token of each answer, by the warm-up model
 * @param seconds that each pass over it took, by name: {@code iu0}, {@code copies}, {@code
 *     warmLoss}, {@code aloneLoss}, {@code tasks} where these are found
 */
record Pool(PoolRows rows, double[] ifd, double[] warmLoss, Map<String, Double> seconds) {}
