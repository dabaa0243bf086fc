package io.accelerant.core.train;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;

/**
 * Rounds of one worker in this thread, such as inside one task: the bits of {@link SyncRound} with
 * one worker. Start the engine first. One thread at a time.
 */
public final class LocalRound implements Workers {
  private final long seed;
  private final Programs programs;
  private MemoryShards shards;
  private int version;

  /**
   * @param pool lends the programs, until this is closed
   * @param seed of the run
   */
  public LocalRound(MemoryShards shards, ProgramPool pool, Precision precision, long seed) {
    this.shards = shards;
    this.seed = seed;
    this.programs = new Programs(pool, precision);
  }

  /** Goes on with other records. */
  public void use(MemoryShards next) {
    shards = next;
  }

  @Override
  public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
    if (version != roles.version()) {
      programs.close(); // what is fixed has changed
      version = roles.version();
    }
    programs.set(roles.numbers(step.averages()));
    Draw.Share share = draw.share(shards, 0, round);
    return step.on(
        programs,
        new Batch(shards.read(share.places()), share.numbers(), share.union(), seed, round));
  }

  @Override
  public void close() {
    programs.close();
  }
}
