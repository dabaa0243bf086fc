package io.accelerant.core.train;

import io.accelerant.core.job.JobContext;
import java.time.Duration;
import java.util.Map;

/** Says how far training is, at most every few seconds: round, loss, examples a second, ETA. */
final class TrainProgress {
  private static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();

  private final JobContext context;
  private final String name;
  private final TrainSettings settings;
  private final int first;
  private final long start = System.nanoTime();
  private long said = start;

  TrainProgress(JobContext context, String name, TrainSettings settings, int first) {
    this.context = context;
    this.name = name;
    this.settings = settings;
    this.first = first;
  }

  void round(int done, Map<String, Double> logged) {
    long now = System.nanoTime();
    boolean end = done == settings.rounds();
    if (!end && done > first + 1 && now - said < QUIET_NANOS) {
      return;
    }
    said = now;
    double seconds = (now - start) / 1e9;
    double perRound = seconds / (done - first);
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
        ? "%d h %02d min".formatted(left.toHours(), left.toMinutesPart())
        : "%d min %02d s".formatted(left.toMinutesPart(), left.toSecondsPart());
  }
}
