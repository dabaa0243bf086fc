package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.util.Optional;

/**
 * A key that says where a continuous model starts: how many rows to draw from {@code run.seed}, or
 * a JSON file of rows.
 *
 * @param least number of rows that may be drawn
 */
public record NoiseKey(Key<String> key, int least) {
  private static boolean isCount(String text) {
    return text.matches("[0-9]{1,9}");
  }

  /**
   * The number of rows, or empty for a file.
   *
   * @throws io.accelerant.core.error.ConfigException if they are too few
   */
  public Optional<Integer> count(JobConfig config) {
    String text = config.get(key);
    if (!isCount(text)) {
      return Optional.empty();
    }
    if (Integer.parseInt(text) < least) {
      throw config.invalid(key, Text.of("must be at least %d.", least));
    }
    return Optional.of(Integer.parseInt(text));
  }

  /** The file as an input of a job, or empty for a number of rows. */
  public Optional<Manifest.Parent> input(JobConfig config, JobContext context) {
    String text = config.get(key);
    String role = key.path().replaceFirst("^.*\\.", "");
    return isCount(text)
        ? Optional.empty()
        : Optional.of(new Manifest.Parent(role, text, NoiseRows.hash(text, context)));
  }

  /**
   * The rows.
   *
   * @param sets how many times as many are drawn
   */
  public NoiseRows rows(
      JobConfig config, JobContext context, OpenedContinuousModel model, int sets) {
    int size = model.source().size();
    return count(config)
        .map(rows -> NoiseRows.drawn(config.get(RunKeys.SEED), key.path(), 0, sets * rows, size))
        .orElseGet(() -> NoiseRows.read(config.get(key), context, size));
  }
}
