package io.accelerant.core.train;

import java.util.Map;

/** The driver's side of training: takes the sums of a round, holds the state. */
public interface Learner extends AutoCloseable {
  /** What is broadcast for the next round; not changed until {@link #update}. */
  Flat parameters();

  /**
   * Takes the sums of one round.
   *
   * @param round counted from 0
   * @return what to log of the round, in order; the same names every round
   */
  Map<String, Double> update(Sums sums, int round);

  /** Everything to go on from, a copy or a view that is read before the next update. */
  State state();

  /** Goes on from a state. */
  void restore(State state);

  @Override
  void close();
}
