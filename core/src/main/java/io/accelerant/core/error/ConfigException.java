package io.accelerant.core.error;

/**
 * Bad usage or configuration: the message names the key, where it was set and what is valid. Exit
 * code 2.
 */
public final class ConfigException extends AccelerantException {
  public ConfigException(String message) {
    this(message, null);
  }

  public ConfigException(String message, Throwable cause) {
    super(2, message, cause);
  }
}
