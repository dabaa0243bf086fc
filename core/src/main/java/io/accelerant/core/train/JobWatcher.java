package io.accelerant.core.train;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.text.Text;
import java.time.Duration;
import java.util.Map;

/**
 * What a job says of its rounds: Spark's description and metrics of each; at most every few seconds
 * a line of progress with round, loss, examples a second and ETA. It hears the signal to stop, and
 * stops a run as {@link FiniteNumbers} does.
 */
final class JobWatcher implements Trainer.Watcher {
  private static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();

  private final JobContext context;
  private final String name;
  private final TrainSettings settings;
  private final int first;
  private final FiniteNumbers finite;
  private final RunMetrics metrics;
  private final long start = System.nanoTime();
  private long said = start;
  private JobDescription description;

  JobWatcher(JobContext context, String name, TrainSettings settings, int first) {
    this.context = context;
    this.name = name;
    this.settings = settings;
    this.first = first;
    this.finite = new FiniteNumbers(name, settings.learningRate());
    this.metrics = RunMetrics.of(context.spark().sparkContext());
  }

  @Override
  public void before(int round) {
    description = new JobDescription(context.spark().sparkContext());
    description.set(Text.of("%s: round %d/%d", name, round + 1, settings.rounds()));
  }

  @Override
  public void summed(int done, Sums sums, Map<String, Double> logged) {
    description.close();
    finite.summed(done, sums, logged);
    metrics.log(name + ": round", done, logged);
    context.progress().measured(name, done, logged);
    say(done, logged);
  }

  private void say(int done, Map<String, Double> logged) {
    long now = System.nanoTime();
    boolean end = done == settings.rounds();
    if (!end && done > first + 1 && now - said < QUIET_NANOS) {
      return;
    }
    said = now;
    double perRound = (now - start) / 1e9 / (done - first);
    context
        .progress()
        .say(
            "%s: round %d/%d, loss %.4f, %.0f examples/s, ETA %s",
            name,
            done,
            settings.rounds(),
            logged.get("loss"),
            settings.union() / perRound,
            eta(perRound * (settings.rounds() - done)));
  }

  private static String eta(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toHours() > 0
        ? Text.of("%d h %02d min", left.toHours(), left.toMinutesPart())
        : Text.of("%d min %02d s", left.toMinutesPart(), left.toSecondsPart());
  }

  @Override
  public boolean isStopRequested() {
    return context.isStopRequested();
  }

  @Override
  public void stop() {
    context.checkStop();
  }

  @Override
  public void after(int done) {}
}
