package io.accelerant.core.model;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** The models that {@code golden-models/make.py} wrote. */
public final class GoldenModels {
  public static final ImportModelJob JOB = new ImportModelJob();

  private GoldenModels() {}

  public static Path folder(String name) {
    try {
      return Path.of(GoldenModels.class.getResource("/golden-models/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A copy that a test may damage. */
  public static Path copy(String name, Path into) throws IOException {
    Path copy = Files.createDirectories(into.resolve(name));
    try (Stream<Path> files = Files.list(folder(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    return copy;
  }

  /** Without Spark, which an import does not need. */
  public static JobContext context(List<String> lines) {
    Progress progress = lines::add;
    return new JobContext(
        () -> {
          throw new StoppedException("an import needs no Spark");
        },
        new Configuration(),
        progress,
        () -> false,
        false,
        "");
  }

  public static JobConfig config(Path source, Path output, String... sets) {
    List<String> all =
        new ArrayList<>(List.of("importModel.source=" + source, "run.output=" + output));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }
}
