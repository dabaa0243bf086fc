package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong while a model is trained, in real processes; the content is always the same. */
@Timeout(600)
class TrainingFaultTest extends SparkTest {
  private static final int ROUNDS = 60;

  @TempDir static Path scratch;
  private static String content;

  @BeforeAll
  static void anUndisturbedRun() {
    Accelerant.Outcome whole = Accelerant.run(arguments("whole"));
    assertThat(whole.exitCode()).as(whole.err()).isZero();
    content = whole.line().get("contentHash").asText();
  }

  private static String[] arguments(String output, String... more) {
    return SmallTeacher.train(
        SmallTeacher.corpus().folder().toString(), scratch + "/" + output, ROUNDS, more);
  }

  /** The folder of the checkpoint that counts from when its manifest is there. */
  private static Path checkpoint(String output, int round) {
    return scratch.resolve(SmallTeacher.checkpoint(output, round));
  }

  private static void assertContent(Accelerant.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("contentHash").asText()).isEqualTo(content);
  }

  /**
   * kill -9 on one core, then on two executors; resumed on two cores. The event log of the last run
   * holds the rounds after the last checkpoint and no other.
   */
  @Test
  void aDriverKilledTwiceGoesOnFromItsCheckpointOnOtherExecutors() throws Exception {
    Accelerant.Running first =
        Accelerant.start(
            Main.class, scratch, arguments("killed-{version}", "spark.master=local[1]"));
    first.await(checkpoint("killed-1", 10));
    first.process().destroyForcibly().waitFor();
    Accelerant.Running second =
        Accelerant.startOnCluster(Main.class, scratch, 2, arguments("killed-{version}"));
    second.await(checkpoint("killed-1", 30));
    kill(second.process());
    EventLog log = EventLog.in(scratch.resolve("resumed-events"));
    List<String> sets = new ArrayList<>(log.settings());
    sets.add("spark.master=local[2]");
    Accelerant.Outcome last =
        Accelerant.spawn(
            Main.class, scratch, arguments("killed-{version}", sets.toArray(String[]::new)));

    assertContent(last);
    assertThat(last.line().get("artifact").asText()).endsWith("killed-1");
    int resumed = SmallTeacher.goesOnAfter(last);
    assertThat(resumed).isGreaterThanOrEqualTo(30);
    SortedSet<Integer> rounds = log.trainingRounds();
    assertThat(rounds).hasSize(ROUNDS - resumed);
    assertThat(rounds.first()).isEqualTo(resumed + 1);
    assertThat(scratch.resolve("killed-1/_checkpoints")).doesNotExist();
  }

  /** The driver and its executors, which would otherwise go by themselves a little later. */
  private static void kill(Process driver) throws InterruptedException {
    List<ProcessHandle> executors = driver.descendants().toList();
    driver.destroyForcibly().waitFor();
    executors.forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * SIGKILL to an executor that is at work, again until one lost a task with it; Spark runs the
   * task elsewhere. Steps of a second, so that an executor at work is in one.
   */
  @Test
  void anExecutorKilledInATrainingStageChangesNothing() throws Exception {
    EventLog log = EventLog.in(scratch.resolve("executor-events"));
    String[] slow = {
      "trainTeacher.width=64",
      "trainTeacher.layers=4",
      "train.batch=256",
      "train.rounds=6",
      "train.checkpointEvery=1"
    };
    Accelerant.Outcome whole = Accelerant.run(arguments("slow", slow));
    String[] sets = Stream.concat(Stream.of(slow), log.settings().stream()).toArray(String[]::new);
    Accelerant.Running running =
        Accelerant.startOnCluster(Main.class, scratch, 2, arguments("executor", sets));
    for (int round = 1; log.lostTasks() == 0 && round < 5; round++) {
      running.await(checkpointAtLeast("executor", round));
      Executors.under(running.process()).ifPresent(Executors::killAtWork);
    }
    Accelerant.Outcome outcome = running.finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(log.lostTasks()).as("tasks lost with their executor").isPositive();
    assertThat(outcome.line().get("contentHash")).isEqualTo(whole.line().get("contentHash"));
  }

  /** The manifest of the newest checkpoint from a round on, or that of the round to be. */
  private static Path checkpointAtLeast(String output, int round) throws IOException {
    Path folder = scratch.resolve(output).resolve("_checkpoints");
    if (!Files.exists(folder)) {
      return checkpoint(output, round);
    }
    try (Stream<Path> rounds = Files.list(folder)) {
      return rounds
          .map(r -> r.getFileName().toString())
          .filter(r -> r.startsWith("round-"))
          .map(r -> Integer.parseInt(r.substring(6)))
          .filter(r -> r > round)
          .findFirst()
          .map(r -> checkpoint(output, r))
          .orElse(checkpoint(output, round));
    }
  }

  @Test
  void aSignalSavesTheRoundAndEndsWithFive() throws Exception {
    Accelerant.Running running =
        Accelerant.start(Main.class, scratch, arguments("signal", "spark.master=local[2]"));
    running.await(checkpoint("signal", 10));
    running.process().destroy(); // SIGTERM
    Accelerant.Outcome stopped = running.finish();
    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(5);
    assertThat(scratch.resolve("signal/manifest.json")).doesNotExist();

    Accelerant.Outcome resumed = Accelerant.run(arguments("signal"));
    assertContent(resumed);
    assertThat(SmallTeacher.goesOnAfter(resumed)).isGreaterThanOrEqualTo(10);
  }

  /**
   * A file that may not grow to the size of a checkpoint stands for a full disk: the write fails
   * with an error of the system in the middle of the file. The network is large enough for its
   * state to be the largest file.
   */
  @Test
  void aFullDiskWhileCheckpointingLosesNothing() throws Exception {
    String[] large = {
      "trainTeacher.width=160",
      "trainTeacher.layers=4",
      "train.batch=2",
      "train.rounds=3",
      "train.checkpointEvery=2",
      "spark.master=local[2]"
    };
    Accelerant.Outcome whole = Accelerant.run(arguments("large", large));
    Accelerant.Outcome full =
        Accelerant.startLimited(Main.class, scratch, 10_000, arguments("full", large)).finish();
    assertThat(full.exitCode()).as(full.err()).isEqualTo(4);
    assertThat(full.line().get("error").asText()).contains("round-00000002").contains("too large");
    assertThat(scratch.resolve("full/manifest.json")).doesNotExist();
    assertThat(checkpoint("full", 2)).doesNotExist();

    Accelerant.Outcome again = Accelerant.run(arguments("full", large));
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.line().get("contentHash")).isEqualTo(whole.line().get("contentHash"));
  }
}
