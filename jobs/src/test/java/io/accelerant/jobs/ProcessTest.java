package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: real streams, real signals. */
@Timeout(240)
class ProcessTest {
  private static final String[] PROBE = {
    "probe",
    "--set",
    "run.output=/out",
    "--set",
    "probe.teacher=ann",
    "--set",
    "spark.master=local[1]",
    "--set",
    "probe.behaviour="
  };

  @TempDir Path scratch;

  private static String[] behaving(String behaviour) {
    String[] arguments = PROBE.clone();
    arguments[arguments.length - 1] += behaviour;
    return arguments;
  }

  @Test
  void whateverJobSparkOrTaskPrintsStaysOffStandardOutput() {
    Accelerant.Outcome outcome = Accelerant.spawn(ProbeMain.class, scratch, behaving("chatter"));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("status").asText()).isEqualTo("ok");
    assertThat(outcome.err())
        .contains("chatter of the job", "chatter of a task", "| id|")
        .doesNotContain(" INFO ");
  }

  @Test
  void failureInsideATaskIsOneMessage() {
    Accelerant.Outcome outcome = Accelerant.spawn(ProbeMain.class, scratch, behaving("task"));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(3);
    assertThat(outcome.line().get("error").asText()).isEqualTo("row 7 is bad");
    assertThat(outcome.err()).doesNotContain("\tat ");
  }

  @Test
  void firstSignalStopsWhereTheStateIsSaved() throws Exception {
    Accelerant.Running running = Accelerant.start(ProbeMain.class, scratch, behaving("wait"));
    running.await("ready");
    running.process().destroy();
    Accelerant.Outcome outcome = running.finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(5);
    assertThat(outcome.line().get("exitCode").asInt()).isEqualTo(5);
    assertThat(outcome.line().get("error").asText()).contains("the same command goes on");
    assertThat(outcome.err()).contains("SIGTERM: stopping").doesNotContain("\tat ");
  }

  @Test
  void secondSignalStopsAtOnce() throws Exception {
    Accelerant.Running running = Accelerant.start(ProbeMain.class, scratch, behaving("stubborn"));
    running.await("ready");
    running.process().destroy();
    running.await("SIGTERM: stopping");
    running.process().destroy();
    Accelerant.Outcome outcome = running.finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
    assertThat(outcome.line().get("error").asText()).contains("second signal");
  }
}
