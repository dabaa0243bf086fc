package io.accelerant.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Version and commit that the build wrote. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = getClass().getResourceAsStream("/accelerant-version.properties")) {
      properties.load(in);
    }
    return new String[] {
      "accelerant %s (%s)"
          .formatted(properties.getProperty("version"), properties.getProperty("commit"))
    };
  }
}
