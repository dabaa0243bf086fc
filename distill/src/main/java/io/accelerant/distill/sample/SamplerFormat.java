package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.job.JobContext;
import java.util.List;
import java.util.ServiceLoader;

/**
 * How the learned samplers of one method are opened. A method that publishes samplers has one, and
 * names it in {@code META-INF/services}; {@code sample} finds it by the kind of the artifact.
 */
public interface SamplerFormat {
  /** Kind of the artifacts. */
  String kind();

  /** Whether an artifact is one of those; methods that publish the same kind look further. */
  default boolean opens(Artifact artifact) {
    return kind().equals(artifact.manifest().kind());
  }

  /**
   * The format of a published sampler; of a bare file, and of an artifact of no known kind, the
   * first one, which says what is wrong with it.
   *
   * @throws io.accelerant.core.error.ArtifactException if there is no artifact
   */
  static <F extends SamplerFormat> F of(Class<F> type, String uri, JobContext context) {
    List<F> formats =
        ServiceLoader.load(type, type.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    if (uri.endsWith(".json") || uri.endsWith(".npy")) {
      return formats.get(0);
    }
    Artifact artifact = Artifact.open(uri, context.hadoop());
    return formats.stream()
        .filter(format -> format.opens(artifact))
        .findFirst()
        .orElse(formats.get(0));
  }
}
