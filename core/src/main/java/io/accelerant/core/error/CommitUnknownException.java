package io.accelerant.core.error;

/**
 * It could not be found out whether the artifact was committed; nothing was deleted. Exit code 6.
 */
public final class CommitUnknownException extends AccelerantException {
  public CommitUnknownException(String message) {
    this(message, null);
  }

  public CommitUnknownException(String message, Throwable cause) {
    super(6, message, cause);
  }
}
