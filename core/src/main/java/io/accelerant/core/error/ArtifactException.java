package io.accelerant.core.error;

/**
 * An artifact is missing, corrupt, of another kind than needed, or its place is taken. Exit code 4.
 */
public final class ArtifactException extends AccelerantException {
  public ArtifactException(String message) {
    this(message, null);
  }

  public ArtifactException(String message, Throwable cause) {
    super(4, message, cause);
  }
}
