package io.accelerant.jobs;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A method with the example that measures it.
 *
 * @param measured what is measured, and on what
 * @param control what it is held against
 * @param stage the job with its example file; its settings are those places where the file names
 *     data that somebody has to prepare
 * @param results descriptions of {@link Gain}s
 */
record GainEntry(
    String name,
    String method,
    String measured,
    String control,
    PipelineStage stage,
    List<JsonReader> results) {
  /**
   * Reads an element of {@code gains.entries}.
   *
   * @param where it is, for errors
   * @throws ConfigException that says which field is wrong
   */
  static GainEntry of(String where, Map<String, Object> fields, Map<String, Job> jobs) {
    JsonReader entry = JsonReader.of(fields, where, ConfigException::new);
    Map<String, Object> stage = new HashMap<>(fields);
    List.of("method", "measured", "control", "results").forEach(stage::remove);
    GainEntry read =
        new GainEntry(
            entry.text("name"),
            entry.text("method"),
            entry.text("measured"),
            entry.text("control"),
            PipelineStage.of(where, stage, jobs),
            results(entry));
    if (read.stage.files().size() != 1) {
      throw entry.expected("conf", "the one example file");
    }
    return read;
  }

  private static List<JsonReader> results(JsonReader entry) {
    List<JsonReader> results = new ArrayList<>();
    for (Object result : entry.typed("results", List.class, "a list of objects")) {
      if (!(result instanceof Map<?, ?> fields)) {
        throw entry.expected("results", "a list of objects");
      }
      String where = Text.of("%s: results[%d]", entry.where(), results.size());
      JsonReader said = JsonReader.of(fields, where, ConfigException::new);
      Gain.require(said);
      results.add(said);
    }
    if (results.isEmpty()) {
      throw entry.wrong("results", "is empty; a row without a number says nothing");
    }
    return results;
  }

  /** The example file, as the list names it. */
  String conf() {
    return stage.files().get(0);
  }

  /** The name of its artifact without the version: entries of one example share it. */
  String output() {
    return conf().replaceFirst(".*/", "").replaceFirst("\\.conf$", "");
  }
}
