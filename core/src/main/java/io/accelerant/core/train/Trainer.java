package io.accelerant.core.train;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunMetrics;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs rounds: sum over workers, update, now and then a checkpoint. Workers keep nothing between
 * rounds, so a lost executor changes nothing; the state is saved every few rounds, so a lost driver
 * costs those at most.
 */
public final class Trainer {
  /** Looks at a run on its way, on the driver. */
  @FunctionalInterface
  public interface Watcher {
    /** Looks at nothing. */
    Watcher NONE = done -> {};

    /**
     * @param done rounds done
     */
    void after(int done);
  }

  private final JobContext context;
  private final String name;
  private final TrainSettings settings;
  private final Checkpoints checkpoints;

  /**
   * @param name of the run, for Spark's UI and the progress lines
   * @param snapshots where the state is kept
   */
  public Trainer(JobContext context, String name, TrainSettings settings, Snapshots snapshots) {
    this.context = context;
    this.name = name;
    this.settings = settings;
    this.checkpoints = new Checkpoints(snapshots);
  }

  /**
   * Trains, or goes on from the newest checkpoint.
   *
   * @param step what each worker computes
   * @return the log of all rounds, those before a resume included
   * @throws io.accelerant.core.error.StoppedException if a signal asked to stop; the state is saved
   * @throws ConfigException if the loss is no finite number
   */
  public RoundLog train(PackedShards shards, WorkerStep step, Learner learner, Watcher watcher) {
    JavaSparkContext spark = new JavaSparkContext(context.spark().sparkContext());
    RunMetrics metrics = RunMetrics.of(spark.sc());
    Optional<Checkpoints.Standing> standing = checkpoints.latest();
    standing.ifPresent(s -> learner.restore(s.state()));
    RoundLog log = standing.map(Checkpoints.Standing::log).orElseGet(RoundLog::new);
    int start = standing.map(Checkpoints.Standing::rounds).orElse(0);
    if (start > 0) {
      context.progress().say("%s: goes on after round %d/%d", name, start, settings.rounds());
    }
    try (SyncRound sync =
            new SyncRound(
                spark, context.hadoop(), shards, step, settings.batch(), settings.seed());
        JobDescription description = new JobDescription(spark.sc())) {
      TrainProgress progress = new TrainProgress(context, name, settings, start);
      for (int round = start; round < settings.rounds(); round++) {
        description.set("%s: round %d/%d".formatted(name, round + 1, settings.rounds()));
        Map<String, Double> logged = learner.update(sync.sums(learner.parameters(), round), round);
        requireFinite(logged, round);
        log.add(logged);
        metrics.log(name + ": round", round + 1, logged);
        progress.round(round + 1, logged);
        boolean stop = context.isStopRequested();
        saveAfter(round + 1, stop, learner, log);
        watcher.after(round + 1);
        if (stop && round + 1 < settings.rounds()) {
          context.checkStop();
        }
      }
      return log;
    }
  }

  private void saveAfter(int done, boolean stop, Learner learner, RoundLog log) {
    if (stop || done % settings.checkpointEvery() == 0 || done == settings.rounds()) {
      checkpoints.save(done, learner.state(), log);
    }
  }

  private void requireFinite(Map<String, Double> logged, int round) {
    logged.forEach(
        (key, value) -> {
          if (!Double.isFinite(value)) {
            throw new ConfigException(
                "%s is %s in round %d; lower train.learningRate (is %s) or train.clip."
                    .formatted(key, value, round + 1, settings.learningRate()));
          }
        });
  }
}
