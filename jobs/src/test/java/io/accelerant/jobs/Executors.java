package io.accelerant.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** The processes of Spark's executors on this machine. */
final class Executors {
  private Executors() {}

  /** CPU that the start of an executor may take; one that has used more has run tasks. */
  private static final long START_MILLIS = 12_000;

  /** Whether it certainly has run tasks. */
  static boolean hasWorked(ProcessHandle executor) {
    return cpuMillis(executor) > START_MILLIS;
  }

  /** Some executor that is a child, at any depth, of a driver or a worker. */
  static Optional<ProcessHandle> under(Process parent) {
    return all(parent).findFirst();
  }

  static Stream<ProcessHandle> all(Process parent) {
    return parent.descendants().filter(Executors::isExecutor);
  }

  /** The JDK shows the first page of a command line, which the class path fills. */
  private static boolean isExecutor(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
          .contains("CoarseGrainedExecutorBackend");
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  /** Waits until the process has computed for a while, then sends SIGKILL. */
  static void killAtWork(ProcessHandle executor) {
    long start = cpuMillis(executor);
    while (executor.isAlive() && cpuMillis(executor) < start + 150) {
      Thread.onSpinWait();
    }
    executor.destroyForcibly();
  }

  private static long cpuMillis(ProcessHandle process) {
    return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
  }
}
