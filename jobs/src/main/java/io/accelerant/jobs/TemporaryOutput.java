package io.accelerant.jobs;

import io.accelerant.core.artifact.Location;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.config.Master;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A folder for a run whose artifact nobody wants; it goes away with all that is in it. On this
 * machine it is a temporary folder; executors elsewhere may not reach that, so there it lies beside
 * {@code run.output}, in the same store.
 */
record TemporaryOutput(Path folder, Configuration hadoop) implements AutoCloseable {
  /** {@code run.output}, for those who need it only sometimes. */
  static final Key<String> BESIDE =
      Key.string(
              RunKeys.OUTPUT.path(),
              "Nothing is written there; on a cluster a temporary folder lies beside it")
          .withDefault("")
          .operational();

  static TemporaryOutput of(JobConfig config) {
    Configuration hadoop = SparkSettings.hadoop(config);
    if (new Master(config.get(RunKeys.MASTER)).isOneMachine()) {
      try {
        return new TemporaryOutput(
            Location.of(Files.createTempDirectory("accelerant-explain").toString()).path(), hadoop);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    String output = config.get(BESIDE);
    if (output.isEmpty()) {
      throw new ConfigException(
          Text.of(
              "%s is required on a cluster: a temporary folder is made beside it, which executors"
                  + " must reach.",
              BESIDE.path()));
    }
    return new TemporaryOutput(
        new Path(Location.of(output).path().getParent(), "_temporary-" + UUID.randomUUID()),
        hadoop);
  }

  /** The configuration with everything that a job writes in this folder. */
  JobConfig in(JobConfig config) {
    return config
        .with(BESIDE, folder + "/artifact")
        .with(RunKeys.CHECKPOINT, folder + "/checkpoint")
        .with(RunKeys.RESUME, "auto");
  }

  @Override
  public void close() {
    try {
      folder.getFileSystem(hadoop).delete(folder, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
