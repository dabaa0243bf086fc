package io.accelerant.core.error;

/**
 * Bad input data: the message names the file, the row or column and what was expected. Exit code 3.
 */
public final class DataException extends AccelerantException {
  public DataException(String message) {
    this(message, null);
  }

  public DataException(String message, Throwable cause) {
    super(3, message, cause);
  }
}
