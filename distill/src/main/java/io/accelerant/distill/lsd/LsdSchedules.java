package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A published file of learned samplers: one, or one for each of several numbers of steps.
 *
 * @param where name of the file, for messages
 * @param source the artifact, or the bare file, with its hash
 */
public record LsdSchedules(Map<String, Object> json, String where, Manifest.Parent source) {
  private static final int MAX_BYTES = 64 << 20;

  /**
   * Opens {@code sampler.json} of an artifact (verified), or a bare JSON file.
   *
   * @throws ArtifactException if there is neither, or it is not what it should be
   */
  public static LsdSchedules open(String uri, Configuration hadoop) {
    if (!uri.endsWith(".json")) {
      Artifact artifact = Artifact.open(uri, hadoop).requireKind(LsdJob.KIND, "a learned sampler");
      return new LsdSchedules(
          artifact.readJson("sampler.json"),
          artifact.uri() + "/sampler.json",
          new Manifest.Parent("sampler", artifact.uri(), artifact.contentHash()));
    }
    try {
      InputFile file = InputFile.read(uri, hadoop, MAX_BYTES);
      return new LsdSchedules(file.json(), uri, new Manifest.Parent("sampler", uri, file.sha256()));
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  /**
   * The schedule for a number of steps, or the first one.
   *
   * @throws ArtifactException if there is none with so many steps
   */
  public LsdSchedule schedule(Optional<Integer> steps) {
    LsdSchedule first = LsdSchedule.fromJson(json, where);
    if (steps.isEmpty() || steps.get() == first.steps()) {
      return first;
    }
    String name = "m" + steps.get();
    Map<?, ?> all = json.get("schedules") instanceof Map<?, ?> map ? map : Map.of();
    if (!(all.get(name) instanceof Map<?, ?> chosen)) {
      throw new ArtifactException(
          Text.of(
              "%s holds no sampler with %d steps; it holds %s.",
              where, steps.get(), all.isEmpty() ? "m" + first.steps() : all.keySet()));
    }
    @SuppressWarnings("unchecked") // JSON objects have string keys
    LsdSchedule schedule =
        LsdSchedule.fromJson((Map<String, Object>) chosen, where + ": schedules." + name);
    if (schedule.steps() != steps.get()) {
      throw new ArtifactException(
          Text.of("%s: schedules.%s has %d steps.", where, name, schedule.steps()));
    }
    return schedule;
  }
}
