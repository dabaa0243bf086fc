package io.accelerant.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.artifact.StoreFailure;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.job.JobResult;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The two streams of a run. Standard output belongs to the one line of JSON; whatever else is
 * printed there in the meantime is sent to standard error.
 */
record Console(PrintStream out, PrintStream err, AtomicBoolean printed) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Console(PrintStream out, PrintStream err) {
    this(out, err, new AtomicBoolean());
  }

  /**
   * Runs a command with standard output kept clear, and prints the line that it returns or its
   * failure.
   *
   * @return the exit code
   */
  int run(String job, boolean verbose, Supplier<Map<String, Object>> command) {
    PrintStream systemOut = System.out;
    System.setOut(err);
    try {
      Surroundings.require();
      print(command.get());
      return 0;
    } catch (Throwable thrown) {
      return fail(job, thrown, verbose);
    } finally {
      System.setOut(systemOut);
    }
  }

  /** The line of work that succeeds, which is timed. */
  static Map<String, Object> ok(String job, Supplier<JobResult> work) {
    long start = System.nanoTime();
    JobResult result = work.get();
    Map<String, Object> metrics = new LinkedHashMap<>();
    // JSON has no NaN; a number that does not exist is null
    result
        .metrics()
        .forEach(
            (key, value) -> metrics.put(key, Double.isFinite(value.doubleValue()) ? value : null));
    Map<String, Object> rest = new LinkedHashMap<>();
    rest.put("artifact", result.artifact());
    rest.put("contentHash", result.contentHash());
    rest.put("metrics", metrics);
    rest.put("seconds", Math.round((System.nanoTime() - start) / 1e6) / 1e3);
    return line(job, "ok", rest);
  }

  static Map<String, Object> line(String job, String status, Map<String, ?> rest) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("job", job);
    line.put("status", status);
    line.putAll(rest);
    return line;
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
    Optional<String> fault = known == null ? MachineFault.explain(thrown) : Optional.empty();
    String error = known == null ? fault.orElseGet(thrown::toString) : known.getMessage();
    if (known == null && fault.isEmpty() || verbose) {
      thrown.printStackTrace(err);
    }
    return fail(job, code, error);
  }

  int fail(String job, int code, String error) {
    err.println("accelerant" + (job.isEmpty() ? "" : " " + job) + ": " + error);
    Map<String, Object> rest = new LinkedHashMap<>();
    rest.put("exitCode", code);
    rest.put("error", error);
    print(line(job, "failed", rest));
    return code;
  }

  private static AccelerantException known(Throwable thrown) {
    return AccelerantException.in(thrown).or(() -> StoreFailure.of(thrown)).orElse(null);
  }

  /** One line; numbers as short as they can be and still exact. */
  static String json(Map<String, ?> line) {
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
