package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application jar on a real cluster: master and workers are Spark's own, Kryo is set, executors
 * and driver are killed. What is published is what an undisturbed local run publishes.
 */
@Timeout(900)
class StandaloneClusterIT {
  private static final int ROUNDS = 60;

  @TempDir static Path scratch;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = StandaloneCluster.start(scratch);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static String[] arguments(String job, String output, List<String> sets) {
    List<String> arguments = new ArrayList<>(List.of(job));
    sets.forEach(set -> arguments.addAll(List.of("--set", set)));
    arguments.addAll(List.of("--set", "run.output=" + scratch.resolve(output)));
    return arguments.toArray(String[]::new);
  }

  private static String contentHash(Accelerant.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line().get("contentHash").asText();
  }

  /** Samplers of the exact countdown model; executors are killed until a task was lost. */
  @Test
  void lsdWithAnExecutorKilledPublishesWhatALocalRunPublishes() throws Exception {
    List<String> sets =
        List.of(
            "lsd.teacher=markov:countdown",
            "lsd.length=32",
            "lsd.steps=[4, 8]",
            "lsd.baselineSteps=[4, 8, 64]",
            "lsd.teacherSteps=64",
            "lsd.trajectories=512",
            "lsd.batch=16",
            "lsd.directIterations=20",
            "lsd.samples=512");
    EventLog log = EventLog.in(scratch.resolve("lsd-events"));
    Accelerant.Running running =
        cluster.submit(
            scratch.resolve("lsd-driver"), log.settings(), arguments("lsd", "lsd-cluster", sets));
    running.await("Starting Spark on " + cluster.master());
    while (!running.process().waitFor(500, TimeUnit.MILLISECONDS) && log.lostTasks() == 0) {
      cluster.executorAtWork().ifPresent(Executors::killAtWork);
    }
    Accelerant.Outcome outcome = running.finish();
    String submitted = contentHash(outcome);
    assertThat(log.lostTasks()).as("tasks lost with their executor").isPositive();
    assertThat(outcome.err())
        .containsPattern("Spark: \\d+ tasks, [1-9]\\d* failed, [1-9]\\d* executors lost");
    String local =
        contentHash(
            Accelerant.run(arguments("lsd", "lsd-local", with(sets, "spark.master=local[2]"))));
    assertThat(submitted).isEqualTo(local);
  }

  /** A teacher whose driver is killed with SIGKILL in the middle and submitted again. */
  @Test
  void aTrainingDriverKilledAndSubmittedAgainPublishesWhatALocalRunPublishes() throws Exception {
    String[] arguments = train("teacher-{version}");
    Accelerant.Running first =
        cluster.submit(scratch.resolve("first-driver"), List.of(), arguments);
    first.await(scratch.resolve(SmallTeacher.checkpoint("teacher-1", 20)));
    first.process().destroyForcibly().waitFor();
    EventLog log = EventLog.in(scratch.resolve("second-events"));
    int page = StandaloneCluster.freePort();
    List<String> watched = properties("conf/spark-prometheus.conf");
    watched.addAll(log.settings());
    watched.add("spark.ui.port=" + page);
    Accelerant.Running again = cluster.submit(scratch.resolve("second-driver"), watched, arguments);
    assertThat(scraped(again, "http://127.0.0.1:" + page + "/metrics/prometheus/"))
        .contains("metrics_accelerant_driver_AccumulatorSource_accelerant_loss_Value")
        .contains("metrics_accelerant_driver_AccumulatorSource_accelerant_examples_Value");
    Accelerant.Outcome second = again.finish();
    String submitted = contentHash(second);
    assertThat(second.line().get("artifact").asText()).endsWith("teacher-1");
    assertThat(log.trainingRounds()).isNotEmpty().allMatch(round -> round > 20).contains(ROUNDS);

    String local = contentHash(Accelerant.run(train("teacher-local", "spark.master=local[2]")));
    assertThat(submitted).isEqualTo(local);
  }

  private static String[] train(String output, String... more) {
    return SmallTeacher.train(
        SmallTeacher.corpus().folder().toString(), scratch + "/" + output, ROUNDS, more);
  }

  /** What Prometheus would get once the first round is logged. */
  private static String scraped(Accelerant.Running running, String url) throws Exception {
    String text = "";
    while (!text.contains("accelerant_loss")
        && !running.process().waitFor(50, TimeUnit.MILLISECONDS)) {
      try (InputStream in = URI.create(url).toURL().openStream()) {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException notUpYet) {
        text = notUpYet.toString();
      }
    }
    return text;
  }

  /** The settings of an example in the manner of spark-defaults.conf. */
  private static List<String> properties(String file) throws IOException {
    return Files.readAllLines(Accelerant.project().resolve(file)).stream()
        .filter(line -> line.startsWith("spark."))
        .map(line -> line.replaceFirst("\\s+", "="))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static List<String> with(List<String> sets, String more) {
    List<String> all = new ArrayList<>(sets);
    all.add(more);
    return all;
  }
}
