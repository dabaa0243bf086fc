package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Looks at a published artifact or copies it; {@code spark.hadoop.*} settings reach its store. */
@Command(name = "artifact", description = "Shows, verifies or copies a published artifact.")
final class ArtifactCommand {
  private final Console console;

  ArtifactCommand(Console console) {
    this.console = console;
  }

  @Command(name = "show", description = "Prints the manifest for people; verifies nothing.")
  int show(@Parameters(paramLabel = "URI") String uri, @Mixin Options options) {
    return run("show", uri, options, (artifact, hadoop) -> say(artifact, ArtifactReport::show));
  }

  @Command(name = "verify", description = "Checks size and SHA-256 of every file.")
  int verify(@Parameters(paramLabel = "URI") String uri, @Mixin Options options) {
    return run("verify", uri, options, (artifact, hadoop) -> say(artifact, ArtifactReport::verify));
  }

  @Command(name = "export", description = "Copies and verifies; the copy has the same manifest.")
  int export(
      @Parameters(paramLabel = "URI") String uri,
      @Parameters(paramLabel = "TARGET") String target,
      @Mixin Options options) {
    return run(
        "export",
        uri,
        options,
        (artifact, hadoop) -> ArtifactReport.export(artifact, target, hadoop));
  }

  /** Prints what a report says and stays with the artifact. */
  private String say(Artifact artifact, java.util.function.Function<Artifact, String> report) {
    console.err().print(report.apply(artifact));
    return artifact.uri();
  }

  /** Does something with an artifact; returns the URI of the one that the result names. */
  private interface Action {
    String on(Artifact artifact, Configuration hadoop);
  }

  private int run(String verb, String uri, Options options, Action action) {
    String name = "artifact " + verb;
    return console.run(
        name,
        options.verbose,
        () -> {
          JobConfig own = JobConfig.load(options.files, options.sets, List.of());
          JobConfig config = SparkSettings.submit(own, SparkSettings.submitted(), Progress.SILENT);
          Configuration hadoop = SparkSettings.hadoop(SparkSettings.withS3(config));
          return Console.ok(
              name,
              () -> {
                Artifact artifact = Artifact.open(uri, hadoop);
                String result = action.on(artifact, hadoop);
                return new JobResult(result, artifact.contentHash(), artifact.manifest().metrics());
              });
        });
  }
}
