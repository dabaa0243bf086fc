package io.accelerant.core.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a finished job leaves behind.
 *
 * @param artifact URI of the published artifact
 * @param contentHash sha256 of what the artifact says, without run and cluster settings
 * @param metrics flat metrics with dotted keys, in the order in which they are printed
 */
public record JobResult(String artifact, String contentHash, Map<String, Number> metrics) {
  public JobResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
