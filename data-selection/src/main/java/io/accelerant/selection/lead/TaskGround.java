package io.accelerant.selection.lead;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.train.FiniteNumbers;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.util.function.Supplier;

/** A whole training inside one task. Nothing is saved on the way. */
final class TaskGround implements Ground {
  private final LeadSettings settings;
  private final Given given;
  private final Judge judge;
  private final ProgramPool pool;
  private final String name;
  private final long seed;
  private final LocalRound round;

  /**
   * @param name of the training, in errors
   * @param seed of the training
   */
  TaskGround(
      LeadSettings settings, Given given, Judge judge, ProgramPool pool, String name, long seed) {
    this.settings = settings;
    this.given = given;
    this.judge = judge;
    this.pool = pool;
    this.name = name;
    this.seed = seed;
    byte[][] records = given.records();
    this.round =
        new LocalRound(
            new MemoryShards(records.length, i -> records[i], seed), pool, Precision.FLOAT32, seed);
  }

  @Override
  public Candidates candidates(Arm arm) {
    return new MemoryCandidates(
        given.pool(),
        arm,
        settings.clusters(),
        settings.rule().guard().eligible(arm, given.pool(), given.clean()),
        settings.rule().uses(arm),
        seed);
  }

  @Override
  public Trainer trainer(Roles roles, int updates) {
    return new Trainer(round, roles, updates)
        .watch(new FiniteNumbers(name, settings.learningRate()));
  }

  @Override
  public <T> T once(String what, Class<T> type, Supplier<T> work) {
    return work.get();
  }

  @Override
  public Judged judge(float[] parameters) {
    return judge.of(given.test(), parameters, pool);
  }

  @Override
  public void close() {
    round.close();
  }
}
