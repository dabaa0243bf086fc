package io.accelerant.selection.lead;

import java.io.Serializable;
import java.util.List;

/**
 * The rows to choose from, by number: in order of id. What is planted in them is not here.
 *
 * @param ids rising
 * @param tasks number of each row's task
 * @param taskNames by number
 * @param initialLoss IU_0, nats a token of the answer, by the untouched model
 * @param difficulty IFD by the warm-up model, 0 where it says nothing
 * @param learnable IU_0 less the loss of the warm-up model
 * @param clusters of difficulty, the easiest being 0
 * @param copyOf number of the row that a row repeats, or -1
 */
record PoolRows(
    long[] ids,
    int[] tasks,
    List<String> taskNames,
    double[] initialLoss,
    double[] difficulty,
    double[] learnable,
    int[] clusters,
    int[] copyOf)
    implements Serializable {

  int count() {
    return ids.length;
  }
}
