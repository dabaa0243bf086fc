package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two runs of one command into one output, started at once in processes of their own. */
@Timeout(300)
class ClaimFirstTest {
  @TempDir Path scratch;

  private Accelerant.Running start(String name) throws IOException {
    return Accelerant.start(
        Main.class,
        Files.createDirectory(scratch.resolve(name)),
        "lsd",
        "--conf",
        Accelerant.project().resolve("conf/lsd-countdown.conf").toString(),
        "--set",
        "lsd.trajectories=256",
        "--set",
        "lsd.directIterations=10",
        "--set",
        "lsd.samples=256",
        "--set",
        "spark.master=local[1]",
        "--set",
        "run.output=" + scratch.resolve("out"));
  }

  /**
   * Whichever is second, while the first is at work; its last words come before any of the work.
   */
  @Test
  void theSecondOfTwoStopsWithFourBeforeItComputes() throws Exception {
    List<Accelerant.Running> both = List.of(start("one"), start("other"));
    CompletableFuture.anyOf(
            both.stream()
                .map(running -> running.process().onExit())
                .toArray(CompletableFuture[]::new))
        .get(4, TimeUnit.MINUTES);
    boolean firstStopped = !both.get(0).process().isAlive();
    Accelerant.Outcome stopped = both.get(firstStopped ? 0 : 1).finish();
    Accelerant.Running working = both.get(firstStopped ? 1 : 0);
    try {
      assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(4);
      assertThat(stopped.line().get("error").asText())
          .contains(scratch.resolve("out").toString(), "" + working.process().pid());
      assertThat(stopped.err()).doesNotContain("iteration", "evaluation");
      assertThat(working.process().isAlive()).as("the other is still at work").isTrue();
      assertThat(scratch.resolve("out/manifest.json")).doesNotExist();
    } finally {
      working.process().destroyForcibly();
    }
  }
}
