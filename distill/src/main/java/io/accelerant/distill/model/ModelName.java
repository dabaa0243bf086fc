package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a model, where the user gave it.
 *
 * @param key whose value is the name
 */
public record ModelName(Key<String> key, JobContext context, JobConfig config) {
  /** A word before a colon that no slash follows is a mistyped model, not a file system. */
  private static final Pattern NO_URI = Pattern.compile("(?s)[a-zA-Z][a-zA-Z0-9+.-]*:(?!/).*");

  /** The name itself. */
  public String text() {
    return config.get(key);
  }

  /** An error about the name; {@code why} goes on after it. */
  ConfigException invalid(String why) {
    return config.invalid(key, why);
  }

  /**
   * The artifact of this name, of whatever kind; empty if the name means nothing.
   *
   * @throws io.accelerant.core.error.ArtifactException if it is a path or URI without an artifact
   */
  Optional<Artifact> artifact() {
    String name = text();
    if (Artifact.isBuiltin(name)) {
      return Optional.of(Artifact.open(name, context.hadoop()));
    }
    if (NO_URI.matcher(name).matches()) {
      return Optional.empty();
    }
    return name.contains("/")
        ? Optional.of(Artifact.open(name, context.hadoop()))
        : Artifact.find(name, context.hadoop());
  }
}
