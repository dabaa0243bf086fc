package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run whose executors are processes of their own. */
@Timeout(300)
class ClusterTest {
  @TempDir Path scratch;

  @Test
  void failureOnAnExecutorKeepsItsMessageAndExitCode() {
    Accelerant.Outcome outcome =
        Accelerant.spawnOnCluster(
            ProbeMain.class,
            scratch,
            "probe",
            "--set",
            "run.output=/out",
            "--set",
            "probe.teacher=ann",
            "--set",
            "spark.task.maxFailures=1",
            "--set",
            "probe.behaviour=task");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(3);
    assertThat(outcome.line().get("error").asText()).isEqualTo("row 7 is bad");
    assertThat(outcome.err()).contains("local-cluster").doesNotContain("chatter of a task");
  }
}
