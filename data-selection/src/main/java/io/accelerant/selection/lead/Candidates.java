package io.accelerant.selection.lead;

import java.util.List;

/**
 * The rows that an arm may choose from, in groups of cluster and task: in the memory of a task, or a
 * table. What comes out does not depend on it.
 */
interface Candidates {
  /** A row that may be chosen, or was. */
  record Candidate(int row, long id, int task, double utility, int uses) {}

  /** Rows that can still be chosen in a cluster, by task. */
  long[] available(int cluster);

  /**
   * Those of the largest utility, ties by id.
   *
   * @param quotas at most so many by task
   * @return task by task, each in falling order of utility
   */
  List<Candidate> top(int cluster, long[] quotas);

  /**
   * Takes note of rows that were trained on.
   *
   * @param round that they were chosen in
   * @param rows as they were chosen
   * @param utilities of each, from now on
   */
  void trained(int round, int cluster, List<Candidate> rows, double[] utilities);
}
