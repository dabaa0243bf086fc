package io.accelerant.selection.lead;

import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.util.function.Supplier;

/**
 * Where the rows of a training lie, are chosen from and summed over: in the memory of one task, or
 * spread over a cluster. What comes out does not depend on it, with one worker.
 */
interface Ground extends AutoCloseable {
  /** What an arm may choose from, as it is before the first round. */
  Candidates candidates(Arm arm);

  /**
   * Runs updates over rows of the pool, which {@link io.accelerant.core.train.Draw#chosen} names by
   * number; goes on from where an earlier run was stopped.
   *
   * @param updates about so many, for people
   */
  Trainer trainer(Roles roles, int updates);

  /** A value that is made once a run, whatever stops it. */
  <T> T once(String name, Class<T> type, Supplier<T> work);

  /**
   * How good a model is on the test rows.
   *
   * @param parameters of the trained network, in the order of its layout
   */
  Judged judge(float[] parameters);

  @Override
  void close();
}
