package io.accelerant.selection.lead;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What a training leaves.
 *
 * @param model what was trained, in the order of its layout; nothing if it is not wanted
 * @param judged nothing if it is not wanted
 * @param rounds all of them
 * @param updates of the optimizer
 * @param trainingSeconds of the updates
 * @param selectionSeconds of what lies between rounds: draws, choices, utilities
 */
record Trace(
    float[] model,
    Judged judged,
    List<RoundTrace> rounds,
    long updates,
    double trainingSeconds,
    double selectionSeconds)
    implements Serializable {

  /** What is wanted of a training, beside what it chose. */
  enum Wanted {
    MODEL,
    JUDGEMENT,
    BOTH
  }

  /** Ids of the rows that were used, as often as they were, in the order of training. */
  long[] chosen() {
    return rounds.stream().flatMapToLong(round -> Arrays.stream(round.ids())).toArray();
  }

  /** Uses of rows. */
  long uses() {
    return rounds.stream().mapToLong(round -> round.ids().length).sum();
  }

  /** Rows that were used. */
  long distinct() {
    return Arrays.stream(chosen()).distinct().count();
  }

  /** Seconds without what the training needs before. */
  double seconds() {
    return trainingSeconds + selectionSeconds;
  }
}
