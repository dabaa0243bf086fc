package io.accelerant.core.train;

/** Where the workers of a round run: as tasks of Spark, or here. */
public interface Workers extends AutoCloseable {
  /** The sums of one round over the union batch. */
  Sums sums(RoundStep step, Draw draw, Roles roles, int round);

  @Override
  void close();
}
