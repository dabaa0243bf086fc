package io.accelerant.core.train;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs rounds: sum over workers, update, now and then a checkpoint. Workers keep nothing between
 * rounds, so a lost executor changes nothing; the state is saved every few rounds, so a lost driver
 * costs those at most. An outer loop runs the rounds in stretches and keeps what it has to remember
 * in the same state. On Spark or inside one task: the {@link Workers} decide.
 */
public final class Trainer {
  private static final String KEPT = "outer.";

  /** Looks at a run on its way. */
  @FunctionalInterface
  public interface Watcher {
    /** Looks at nothing. */
    Watcher NONE = done -> {};

    /**
     * @param done rounds done
     */
    void after(int done);

    /** Before a round, counted from 0. */
    default void before(int round) {}

    /**
     * Sees what workers sent as they sent it: clipping and the optimizer overwrite gradients.
     *
     * @param round counted from 0
     */
    default void received(int round, Sums sums) {}

    /**
     * Sees what workers sent before the state is saved; may {@link Trainer#keep} some of it.
     *
     * @param done rounds done
     * @param logged what is logged of the round
     */
    default void summed(int done, Sums sums, Map<String, Double> logged) {}

    /** Whether to save the state now and stop. */
    default boolean isStopRequested() {
      return false;
    }

    /** The state is saved; throws to stop. */
    default void stop() {}
  }

  private final Workers workers;
  private final Roles roles;
  private final int rounds;
  private final List<Watcher> watchers = new ArrayList<>();
  private final Map<String, Flat> arrays = new LinkedHashMap<>();
  private final Map<String, Long> counters = new LinkedHashMap<>();
  private Optional<Checkpoints> checkpoints = Optional.empty();
  private int every = Integer.MAX_VALUE;
  private RoundLog log = new RoundLog();
  private int done;

  /**
   * @param rounds of the whole run
   */
  public Trainer(Workers workers, Roles roles, int rounds) {
    this.workers = workers;
    this.roles = roles;
    this.rounds = rounds;
  }

  /**
   * Of a job: with checkpoints, progress, metrics and descriptions for Spark's pages, stopped by a
   * signal.
   *
   * @param name of the run
   * @param snapshots where the state is kept
   */
  public static Trainer of(
      JobContext context,
      String name,
      TrainSettings settings,
      Workers workers,
      Roles roles,
      Snapshots snapshots) {
    Trainer trainer =
        new Trainer(workers, roles, settings.rounds())
            .checkpoints(snapshots, settings.checkpointEvery());
    if (trainer.done > 0) {
      context
          .progress()
          .say("%s: goes on after round %d/%d", name, trainer.done, settings.rounds());
    }
    return trainer.watch(new JobWatcher(context, name, settings, trainer.done));
  }

  /** Saves the state every so many rounds and after the last; goes on from the newest. */
  public Trainer checkpoints(Snapshots snapshots, int everyRounds) {
    Checkpoints kept = new Checkpoints(snapshots);
    checkpoints = Optional.of(kept);
    every = everyRounds;
    kept.latest()
        .ifPresent(
            standing -> {
              roles.restore(standing.state());
              log = standing.log();
              done = standing.rounds();
              standing.state().arrays().forEach((name, numbers) -> restore(arrays, name, numbers));
              standing
                  .state()
                  .counters()
                  .forEach((name, number) -> restore(counters, name, number));
            });
    return this;
  }

  private static <T> void restore(Map<String, T> into, String name, T value) {
    if (name.startsWith(KEPT)) {
      into.put(name, value);
    }
  }

  /** Adds someone who looks at every round. */
  public Trainer watch(Watcher watcher) {
    watchers.add(watcher);
    return this;
  }

  /** Rounds done, those before a resume included. */
  public int done() {
    return done;
  }

  /** The log of all rounds, those before a resume included. */
  public RoundLog log() {
    return log;
  }

  /** Makes an array of the outer loop part of the state, from the next checkpoint on. */
  public void keep(String name, Flat numbers) {
    arrays.put(KEPT + name, numbers);
  }

  /** As {@link #keep(String, Flat)}, a whole number. */
  public void keep(String name, long number) {
    counters.put(KEPT + name, number);
  }

  /** What was kept under a name. */
  public Optional<Flat> kept(String name) {
    return Optional.ofNullable(arrays.get(KEPT + name));
  }

  /** What was kept under names that begin with a prefix, by the rest of their names. */
  public Map<String, Flat> keptUnder(String prefix) {
    Map<String, Flat> found = new LinkedHashMap<>();
    arrays.forEach(
        (name, numbers) -> {
          if (name.startsWith(KEPT + prefix)) {
            found.put(name.substring((KEPT + prefix).length()), numbers);
          }
        });
    return found;
  }

  /** The whole number that was kept under a name; 0 if none was. */
  public long counter(String name) {
    return counters.getOrDefault(KEPT + name, 0L);
  }

  /** All rounds that are left. */
  public RoundLog train(RoundStep step, Draw draw) {
    return rounds(done, rounds, step, draw);
  }

  /**
   * A stretch of rounds, as far as it has not been done before a resume.
   *
   * @param from first round, counted from 0
   * @param to the round after the last
   * @param step what each worker computes
   * @return the log of all rounds so far
   * @throws IllegalStateException if rounds before the stretch have not been done
   * @throws io.accelerant.core.error.StoppedException if a signal asked to stop; the state is saved
   */
  public RoundLog rounds(int from, int to, RoundStep step, Draw draw) {
    if (done < from) {
      throw new IllegalStateException(Text.of("%d rounds are done, not %d", done, from));
    }
    while (done < to) {
      round(step, draw);
    }
    return log;
  }

  private void round(RoundStep step, Draw draw) {
    watchers.forEach(watcher -> watcher.before(done));
    Sums sums = workers.sums(step, draw, roles, done);
    watchers.forEach(watcher -> watcher.received(done, sums));
    Map<String, Double> logged = roles.update(sums, done);
    watchers.forEach(watcher -> watcher.summed(done + 1, sums, logged));
    log.add(logged);
    done++;
    boolean stop = watchers.stream().anyMatch(Watcher::isStopRequested);
    if (stop || done % every == 0 || done == rounds) {
      save();
    }
    watchers.forEach(watcher -> watcher.after(done));
    if (stop && done < rounds) {
      watchers.forEach(Watcher::stop);
    }
  }

  /** Saves the state now, such as between two stretches. */
  public void save() {
    checkpoints.ifPresent(c -> c.save(done, roles.state().with(arrays, counters), log));
  }
}
