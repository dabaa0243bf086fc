package io.accelerant.core.error;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A failure that a user can understand and act on; its message says what was found, what was
 * expected and what to do. Each subclass stands for one exit code.
 */
public abstract class AccelerantException extends RuntimeException {
  private final int exitCode;

  AccelerantException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The exit code of the process, see {@code accelerant --help}. */
  public int exitCode() {
    return exitCode;
  }

  /** The one that a failure is, or was caused by: Spark wraps what a task throws. */
  public static Optional<AccelerantException> in(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .filter(AccelerantException.class::isInstance)
        .map(AccelerantException.class::cast)
        .findFirst();
  }
}
