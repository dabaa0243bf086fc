package io.accelerant.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.error.AccelerantException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The two streams of a run. Standard output belongs to the one line of JSON; whatever else is
 * printed there in the meantime is sent to standard error.
 */
record Console(PrintStream out, PrintStream err, AtomicBoolean printed) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Console(PrintStream out, PrintStream err) {
    this(out, err, new AtomicBoolean());
  }

  /** Sends standard output to standard error until closed. */
  Guard guard() {
    PrintStream systemOut = System.out;
    System.setOut(err);
    return () -> System.setOut(systemOut);
  }

  /** Prints the line, unless one was printed before. */
  void print(Map<String, ?> line) {
    if (printed.compareAndSet(false, true)) {
      out.println(json(line));
      out.flush();
    }
  }

  /**
   * Says on both streams that a job failed.
   *
   * @param verbose whether a failure that its message explains gets a stack trace too
   * @return the exit code
   */
  int fail(String job, Throwable thrown, boolean verbose) {
    AccelerantException known = known(thrown);
    int code = known == null ? 1 : known.exitCode();
    String error = known == null ? thrown.toString() : known.getMessage();
    if (known == null || verbose) {
      thrown.printStackTrace(err);
    }
    err.println("accelerant" + (job.isEmpty() ? "" : " " + job) + ": " + error);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("job", job);
    line.put("status", "failed");
    line.put("exitCode", code);
    line.put("error", error);
    print(line);
    return code;
  }

  /** Spark wraps what a task throws. */
  private static AccelerantException known(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof AccelerantException known) {
        return known;
      }
    }
    return null;
  }

  static String json(Map<String, ?> line) {
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts standard output back. */
  interface Guard extends AutoCloseable {
    @Override
    void close();
  }
}
