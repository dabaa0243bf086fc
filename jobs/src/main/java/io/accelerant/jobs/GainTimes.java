package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.json.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * How long the artifacts of a folder took, kept beside them: those that are there already are not
 * made again.
 *
 * @param seconds by name of the artifact
 */
record GainTimes(String uri, Map<String, Double> seconds, Configuration hadoop) {
  private static final int LARGEST = 1 << 20;

  static GainTimes of(String folder, Configuration hadoop) {
    String uri = folder + "/seconds.json";
    Map<String, Double> seconds = new TreeMap<>();
    InputFile.find(uri, hadoop, LARGEST)
        .ifPresent(
            file ->
                file.json()
                    .forEach((name, taken) -> seconds.put(name, ((Number) taken).doubleValue())));
    return new GainTimes(uri, seconds, hadoop);
  }

  void note(Artifact artifact, double taken) {
    seconds.put(GainRow.name(artifact), taken);
    ArtifactFolder.replace(uri, CanonicalJson.bytes(seconds), hadoop);
  }

  /** Of those whose time is known. */
  Map<String, Double> of(List<Artifact> artifacts) {
    Map<String, Double> times = new LinkedHashMap<>();
    for (Artifact artifact : artifacts) {
      Double taken = seconds.get(GainRow.name(artifact));
      if (taken != null) {
        times.put(GainRow.name(artifact), taken);
      }
    }
    return times;
  }
}
