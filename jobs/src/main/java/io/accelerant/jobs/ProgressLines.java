package io.accelerant.jobs;

import io.accelerant.core.job.Progress;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The forms of a progress line: text for people, JSON for a log collector. */
final class ProgressLines {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private ProgressLines() {}

  /**
   * @param form value of {@code run.log}
   */
  static Progress to(PrintStream err, String form) {
    return form.equals("json")
        ? line -> err.println(Console.json(entry(line)))
        : line -> err.println(LocalTime.now().format(CLOCK) + " " + line);
  }

  private static Map<String, String> entry(String line) {
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    entry.put("message", line);
    return entry;
  }
}
