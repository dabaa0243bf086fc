package io.accelerant.core.job;

/** Where a job says how far it is: one line at a time, never on standard output. */
@FunctionalInterface
public interface Progress {
  /** Swallows everything. */
  Progress SILENT = line -> {};

  void say(String line);

  default void say(String format, Object... arguments) {
    say(String.format(java.util.Locale.ROOT, format, arguments));
  }
}
