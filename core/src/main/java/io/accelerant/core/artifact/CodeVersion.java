package io.accelerant.core.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build: project version and git commit. */
public final class CodeVersion {
  private static final String TEXT = read();

  private CodeVersion() {}

  /** Such as {@code 0.1.0+1a2b3c4}. */
  public static String text() {
    return TEXT;
  }

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in = CodeVersion.class.getResourceAsStream("/accelerant-version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown")
        + "+"
        + properties.getProperty("commit", "unknown");
  }
}
