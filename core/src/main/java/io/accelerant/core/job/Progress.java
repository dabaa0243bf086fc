package io.accelerant.core.job;

import java.util.Map;

/** Where a job says how far it is: one line at a time, never on standard output. */
@FunctionalInterface
public interface Progress {
  /** Swallows everything. */
  Progress SILENT = line -> {};

  void say(String line);

  /**
   * What was measured after a step of a long computation.
   *
   * @param what names the computation, such as {@code train-teacher}
   * @param step counted from 1
   */
  default void measured(String what, int step, Map<String, Double> values) {}

  default void say(String format, Object... arguments) {
    say(String.format(java.util.Locale.ROOT, format, arguments));
  }
}
