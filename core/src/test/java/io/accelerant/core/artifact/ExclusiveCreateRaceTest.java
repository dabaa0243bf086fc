package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ExclusiveCreateRaceTest {
  private static final int TRIES = 200;

  @TempDir Path dir;

  @Test
  @Timeout(120)
  void ofTwoProcessesExactlyOneWinsEachClaimAndEachManifest() throws Exception {
    List<Process> processes = List.of(start(0), start(1));
    try {
      for (Process process : processes) {
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    assertThat(processes)
        .as(() -> output(0) + output(1))
        .allMatch(process -> process.exitValue() == 0);

    List<String> one = Files.readAllLines(dir.resolve("result-0"));
    List<String> two = Files.readAllLines(dir.resolve("result-1"));
    assertThat(one).hasSize(TRIES);
    for (int i = 0; i < TRIES; i++) {
      String[] first = one.get(i).split(" ");
      String[] second = two.get(i).split(" ");
      for (int race = 0; race < 3; race++) {
        assertThat(Boolean.parseBoolean(first[race]) ^ Boolean.parseBoolean(second[race]))
            .as("try %d: %s | %s", i, one.get(i), two.get(i))
            .isTrue();
      }
    }
  }

  private Process start(int self) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx200m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            RaceProcess.class.getName(),
            dir.toString(),
            Integer.toString(self),
            Integer.toString(TRIES))
        .redirectErrorStream(true)
        .redirectOutput(new File(dir.toFile(), "output-" + self))
        .start();
  }

  private String output(int self) {
    try {
      return Files.readString(dir.resolve("output-" + self));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** One create of a file. */
  private interface Create {
    void create(Path file, byte[] content) throws IOException;
  }

  private void exactlyOneThreadWins(Create create) throws Exception {
    int threads = 8;
    int tries = 50;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier barrier = new CyclicBarrier(threads);
      List<Callable<Integer>> racers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        byte[] content = {(byte) t};
        racers.add(
            () -> {
              int wins = 0;
              for (int i = 0; i < tries; i++) {
                barrier.await();
                try {
                  create.create(dir.resolve("file-" + i), content);
                  wins++;
                } catch (FileAlreadyExistsException taken) {
                  assertThat(Files.size(dir.resolve("file-" + i))).isLessThanOrEqualTo(1);
                }
              }
              return wins;
            });
      }
      int wins = 0;
      for (Future<Integer> racer : pool.invokeAll(racers)) {
        wins += racer.get();
      }
      assertThat(wins).isEqualTo(tries);
      try (var files = Files.list(dir)) {
        assertThat(files).as("no temporary file is left").hasSize(tries);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void ofEightThreadsExactlyOneWins() throws Exception {
    exactlyOneThreadWins(ExclusiveCreate::local);
  }

  @Test
  void ofEightThreadsExactlyOneWinsWithoutHardLinks() throws Exception {
    exactlyOneThreadWins(ExclusiveCreate::writeNew);
  }
}
