package io.accelerant.core.error;

/**
 * The run was stopped by a signal after its state was saved; the same command goes on from there.
 * Exit code 5.
 */
public final class StoppedException extends AccelerantException {
  public StoppedException(String message) {
    this(message, null);
  }

  public StoppedException(String message, Throwable cause) {
    super(5, message, cause);
  }
}
