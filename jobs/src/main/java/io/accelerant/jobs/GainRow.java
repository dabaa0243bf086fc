package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What came out for one {@link GainEntry}, and of what.
 *
 * @param artifact name of its directory
 * @param version of the program that made it
 * @param made ISO 8601 instant
 * @param seeds as the job has them
 * @param seconds of the artifact and of each that was prepared for it, by name; one that was killed
 *     counts from where it went on, and has none if nobody took the time
 */
record GainRow(
    String method,
    String measured,
    String control,
    String job,
    String conf,
    String artifact,
    String contentHash,
    String version,
    String made,
    int cores,
    String seeds,
    Map<String, Double> seconds,
    List<Gain> results) {
  private static final String SEEDS = ".seeds";

  /**
   * @param seconds by artifact
   */
  static GainRow of(GainEntry entry, Artifact artifact, Map<String, Double> seconds) {
    Manifest manifest = artifact.manifest();
    return new GainRow(
        entry.method(),
        entry.measured(),
        entry.control(),
        entry.stage().job().name(),
        entry.conf(),
        name(artifact),
        artifact.contentHash(),
        manifest.codeVersion(),
        manifest.created(),
        Runtime.getRuntime().availableProcessors(),
        seeds(manifest),
        new LinkedHashMap<>(seconds),
        entry.results().stream().map(said -> Gain.of(said, manifest.metrics())).toList());
  }

  /** The same numbers under the texts of an entry. */
  GainRow describedBy(GainEntry entry) {
    return new GainRow(
        entry.method(),
        entry.measured(),
        entry.control(),
        job,
        conf,
        artifact,
        contentHash,
        version,
        made,
        cores,
        seeds,
        seconds,
        results);
  }

  static String name(Artifact artifact) {
    return artifact.uri().replaceFirst("/+$", "").replaceFirst(".*/", "");
  }

  private static String seeds(Manifest manifest) {
    return manifest.config().entrySet().stream()
        .filter(setting -> setting.getKey().endsWith(SEEDS))
        .map(
            setting ->
                setting.getValue() instanceof List<?> all ? all : List.of(setting.getValue()))
        .findFirst()
        .map(all -> all.stream().map(String::valueOf).collect(Collectors.joining(", ")))
        .map(all -> (all.contains(",") ? "seeds " : "seed ") + all)
        .orElse("seed " + manifest.seed());
  }

  /** What was measured, under which seeds. */
  String measuredUnder() {
    return measured + ", " + seeds;
  }

  /** All results as a cell of a table. */
  String text() {
    return results.stream().map(Gain::text).collect(Collectors.joining("; "));
  }

  /** Of the job itself, in whole seconds. */
  String time() {
    Double time = seconds.get(artifact);
    return time == null ? "–" : Text.of("%.0f", time);
  }
}
