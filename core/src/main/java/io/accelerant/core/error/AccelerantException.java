package io.accelerant.core.error;

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
}
