package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.CodeVersion;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** Finds what a step of a longer run has made before, so that it need not be made again. */
final class FinishedStep {
  private static final int LARGEST_FILE = 1 << 26;

  private FinishedStep() {}

  /**
   * The newest artifact at {@code run.output}, {@code {version}} being any number, that this very
   * program made by the same job from the same settings and inputs.
   */
  static Optional<Artifact> find(Job job, JobConfig config, Configuration hadoop) {
    return ofSettings(job, config, hadoop)
        .filter(
            artifact ->
                artifact.manifest().parents().stream().allMatch(parent -> isThere(parent, hadoop)))
        .findFirst();
  }

  /** As {@link #find}, of a job whose only input comes along with this very program. */
  static Optional<Artifact> findMadeOfOwn(Job job, JobConfig config, Configuration hadoop) {
    return ofSettings(job, config, hadoop).findFirst();
  }

  private static Stream<Artifact> ofSettings(Job job, JobConfig config, Configuration hadoop) {
    return Versions.artifacts(config.get(RunKeys.OUTPUT), hadoop)
        .filter(artifact -> isOf(artifact.manifest(), job, config));
  }

  private static boolean isOf(Manifest manifest, Job job, JobConfig config) {
    return manifest.method().equals(job.name())
        && manifest.codeVersion().equals(CodeVersion.text())
        && config.identity().entrySet().stream()
            .allMatch(e -> isSame(e.getValue(), manifest.config().get(e.getKey())));
  }

  private static boolean isSame(Object now, Object then) {
    return then != null && Arrays.equals(json(now), json(then));
  }

  private static byte[] json(Object value) {
    return CanonicalJson.bytes(Map.of("value", value));
  }

  private static boolean isThere(Manifest.Parent parent, Configuration hadoop) {
    return Artifact.find(parent.uri(), hadoop)
        .map(artifact -> artifact.contentHash().equals(parent.contentHash()))
        .orElseGet(() -> isFile(parent, hadoop));
  }

  /** Such as a mixture in JSON; one that cannot be read is not there. */
  private static boolean isFile(Manifest.Parent parent, Configuration hadoop) {
    try {
      return InputFile.find(parent.uri(), hadoop, LARGEST_FILE)
          .map(file -> file.sha256().equals(parent.contentHash()))
          .orElse(false);
    } catch (AccelerantException e) {
      return false;
    }
  }
}
