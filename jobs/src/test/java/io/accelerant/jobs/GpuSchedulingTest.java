package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Spark does with GPUs, on executors in processes of their own and with GPUs that only a
 * pretended nvidia-smi knows of: addresses and profiles are real, no device is. The numbers are
 * computed on the processor.
 */
@Timeout(300)
class GpuSchedulingTest {
  @TempDir Path scratch;

  /** One worker with two GPUs, two executors of two cores with one each. */
  @Test
  void onlyTrainingStagesAskForAGpuAndEachExecutorUsesItsOwn() throws IOException {
    Path bin = Files.createDirectory(scratch.resolve("bin"));
    Path smi = bin.resolve("nvidia-smi");
    Files.writeString(
        smi,
        """
        #!/bin/sh
        echo 'GPU 0: Pretended (UUID: GPU-a)'
        echo 'GPU 1: Pretended (UUID: GPU-b)'
        """);
    Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script = Accelerant.project().resolve("deploy/gpu/discover-gpus.sh").toString();
    Accelerant.Outcome outcome =
        Accelerant.startOn(
                "local-cluster[1,4,1400]",
                Map.of("PATH", bin + ":" + System.getenv("PATH")),
                GpuProbeMain.class,
                scratch,
                "gpu-probe",
                "--set",
                "run.output=" + scratch.resolve("out"),
                "--set",
                "spark.executor.cores=2",
                "--set",
                "spark.worker.resource.gpu.amount=2",
                "--set",
                "spark.worker.resource.gpu.discoveryScript=" + script,
                "--set",
                "spark.executor.resource.gpu.amount=1",
                "--set",
                "spark.executor.resource.gpu.discoveryScript=" + script,
                "--set",
                "spark.scheduler.minRegisteredResourcesRatio=1.0",
                "--set",
                "spark.scheduler.maxRegisteredResourcesWaitingTime=120s")
            .finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        // a GPU is one task's alone, though the executor has two cores
        .containsPattern("training tasks: \\[0:GPU ([01]), 1:GPU (?!\\1)[01]]")
        .contains("other tasks: [none]")
        .containsPattern("training tasks: \\[0:none.*, 1:none");
    // the round is one of the stages: adding up and the other tasks do not ask
    assertThat(outcome.err()).containsPattern("stages by profile: \\{0=[1-9]\\d*, 1=1}");
    assertThat(outcome.line().get("metrics").get("sameBits").asInt()).isOne();
  }
}
