package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import java.util.List;
import java.util.Map;

/**
 * The rows that an arm may choose from, in groups of cluster and task: in the memory of a task, or
 * a table. What comes out does not depend on it. Under an arm that draws no clusters all rows are
 * of cluster 0 and task 0.
 */
interface Candidates {
  /**
   * A row that may be chosen, or was.
   *
   * @param utility what rows are ordered by, {@link Utilities}
   * @param idu instance-level dynamic uncertainty: the initial loss until it is trained on
   * @param uses so far
   */
  record Candidate(int row, long id, int task, double utility, double idu, int uses) {}

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
   * Takes note of rows that were trained on: each has one use more.
   *
   * @param round that they were chosen in
   * @param rows as they were chosen
   * @param idu of each, from now on; its utility as well where {@link Arm.Utility#IDU} orders rows
   */
  void trained(int round, int cluster, List<Candidate> rows, double[] idu);

  /** What {@link #restore} needs beside a round; of what is kept elsewhere, nothing. */
  Map<String, Flat> state();

  /**
   * Forgets everything after the rounds that are done.
   *
   * @param done rounds
   * @param state of {@link #state()} then, among other things
   */
  void restore(int done, Map<String, Flat> state);
}
