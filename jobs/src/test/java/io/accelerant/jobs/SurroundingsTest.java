package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.accelerant.core.error.ConfigException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A machine or an account that lacks something. */
@Timeout(240)
class SurroundingsTest {
  @TempDir Path folder;

  @Test
  void aHeapThatSparkRefusesIsRefused() {
    Surroundings.requireHeap(512L << 20);
    assertThatThrownBy(() -> Surroundings.requireHeap(64L << 20))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("a heap of 64 MB", "ACCELERANT_HEAP", "--driver-memory");
  }

  private void refused(Path temporary, String why) {
    assertThatThrownBy(() -> Surroundings.requireTemporary(temporary))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("temporary folder " + temporary, why, "set TMPDIR");
  }

  @Test
  void aTemporaryFolderThatCannotBeWrittenIsNamed() throws IOException {
    Surroundings.requireTemporary(folder);
    assertThat(folder).isEmptyDirectory();
    refused(folder.resolve("none"), "cannot be written: NoSuchFile");
    refused(Files.createFile(folder.resolve("file")), "cannot be written: Not a directory");
  }

  /** On a machine that has such a place, as a container's shared memory mostly is. */
  @Test
  void aTemporaryFolderThatRunsNothingIsNamed() throws IOException {
    Optional<Path> noexec =
        Files.readAllLines(Path.of("/proc/mounts")).stream()
            .map(line -> line.split(" "))
            .filter(mount -> mount[3].matches("rw,.*noexec.*") && mount[2].equals("tmpfs"))
            .map(mount -> Path.of(mount[1]))
            .filter(Files::isWritable)
            .findFirst();
    assumeThat(noexec).as("a tmpfs that is mounted noexec").isPresent();
    refused(noexec.get(), "is mounted noexec");
  }

  /** What somebody met, and what the line must say. */
  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(new IOException("No space left on device"), "set TMPDIR"),
        Arguments.of(new IOException("/x: Too many open files"), "ulimit -n 4096"),
        Arguments.of(new IOException("/x: Read-only file system"), "spark.local.dir"),
        Arguments.of(new OutOfMemoryError("Java heap space"), "ACCELERANT_HEAP"),
        Arguments.of(new OutOfMemoryError("unable to create native thread: limits"), "ulimit -u"),
        Arguments.of(new UnknownHostException("nameservice1"), "fs.defaultFS"),
        Arguments.of(new UnsatisfiedLinkError("failed to map segment"), "set TMPDIR"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultOfTheMachineIsOneLineThatSaysWhatToDo(Throwable met, String advice) {
    Throwable wrapped = new IllegalStateException("task failed", new RuntimeException(met));
    Accelerant.Outcome outcome =
        Accelerant.on(
            console ->
                console.run(
                    "probe",
                    false,
                    () -> {
                      throw new IllegalStateException(wrapped);
                    }));
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.line().get("error").asText()).contains(advice, met.getMessage());
    assertThat(outcome.err().lines()).hasSize(1);
  }

  /** As in a container that is started under a number; needs root to become it. */
  @Test
  void aUserWithoutANameWorksWithoutHomeAndWithoutTheDefaultFileSystem() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    assumeThat(Path.of("/usr/bin/setpriv")).exists();
    Path open = Files.createDirectory(folder.resolve("open"));
    for (Path each : new Path[] {folder, open}) {
      each.toFile().setWritable(true, false);
      each.toFile().setReadable(true, false);
      each.toFile().setExecutable(true, false);
    }
    Accelerant.Outcome outcome =
        Accelerant.startNameless(
                ProbeMain.class,
                folder,
                "probe",
                "--set",
                "probe.teacher=ann",
                "--set",
                "run.output=" + open.resolve("out"),
                "--set",
                "spark.master=local[1]",
                "--set",
                "spark.hadoop.fs.defaultFS=hdfs://nameservice1",
                "--set",
                "probe.behaviour=chatter")
            .finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err()).doesNotContain("\tat ");
  }
}
