package io.accelerant.jobs;

import io.accelerant.core.text.Text;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A failure that is the machine's, and shows itself in whoever met it first: what to do. */
final class MachineFault {
  /** What the system says, and what helps. */
  private static final Map<String, String> SAID = new LinkedHashMap<>();

  static {
    SAID.put(
        "No space left on device",
        "a disk is full; make room in the output and in the temporary folder, or set TMPDIR (or"
            + " spark.local.dir) to another one");
    SAID.put("Disk quota exceeded", "the quota of a disk is used up; make room, or set TMPDIR");
    SAID.put("Too many open files", "the limit of open files is too low; set ulimit -n 4096");
    SAID.put(
        "Read-only file system",
        "a folder is read-only; set TMPDIR (or spark.local.dir) and run.output to others");
    SAID.put(
        "unable to create native thread",
        "no more threads are allowed; raise ulimit -u, or lower spark.master to local[1]");
  }

  private MachineFault() {}

  /** One line for people; empty if it is something else. */
  static Optional<String> explain(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .flatMap(t -> one(t).stream())
        .findFirst();
  }

  private static Optional<String> one(Throwable t) {
    String message = String.valueOf(t.getMessage());
    for (Map.Entry<String, String> said : SAID.entrySet()) {
      if (message.contains(said.getKey())) {
        return Optional.of(told(said.getValue(), message));
      }
    }
    if (t instanceof OutOfMemoryError) {
      return Optional.of(
          told("the heap is too small; set ACCELERANT_HEAP (or --driver-memory) higher", message));
    }
    if (t instanceof UnknownHostException) {
      return Optional.of(
          told(
              "a host name has no address; check spark.hadoop.fs.defaultFS, and set SPARK_LOCAL_IP=127.0.0.1 if it is this machine's",
              message));
    }
    if (t instanceof UnsatisfiedLinkError) {
      return Optional.of(
          told(
              "a native library cannot be loaded; set TMPDIR to a folder from which programs can run",
              message));
    }
    return Optional.empty();
  }

  private static String told(String what, String message) {
    return Text.of("%s (%s).", what, message.lines().findFirst().orElse(""));
  }
}
