package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.hub.HubFolder;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks at a published artifact or copies it; {@code spark.hadoop.*} settings reach its store. */
@Command(
    name = "artifact",
    description =
        "Shows, verifies or copies a published artifact, or makes a page of a folder of them.")
final class ArtifactCommand {
  private static final String ARTIFACT = "artifact";
  private static final String HUGGING_FACE = "huggingface";

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

  @Command(
      name = "export",
      description =
          "Copies and verifies; the copy has the same manifest, or is a model in Hugging Face's"
              + " layout.")
  int export(
      @Parameters(paramLabel = "URI") String uri,
      @Parameters(paramLabel = "TARGET") String target,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = ARTIFACT,
              description =
                  "artifact (the same again) or huggingface (a model as transformers, and the hub,"
                      + " read it).")
          String format,
      @Option(
              names = "--base-model",
              paramLabel = "NAME",
              description = "huggingface: the model on the hub that this one was made from.")
          String base,
      @Mixin Options options) {
    return run(
        "export",
        uri,
        options,
        (artifact, hadoop) -> export(artifact, target, format, Optional.ofNullable(base), hadoop));
  }

  private static String export(
      Artifact artifact,
      String target,
      String format,
      Optional<String> base,
      Configuration hadoop) {
    if (format.equals(HUGGING_FACE)) {
      return HubFolder.export(artifact, target, base, hadoop);
    } else if (!format.equals(ARTIFACT)) {
      throw new ConfigException(
          Text.of("--format must be %s or %s, is \"%s\".", ARTIFACT, HUGGING_FACE, format));
    } else if (base.isPresent()) {
      throw new ConfigException(
          Text.of("--base-model is for --format %s; leave it out.", HUGGING_FACE));
    }
    return ArtifactReport.export(artifact, target, hadoop);
  }

  @Command(
      name = "index",
      description = "Writes index.html into a folder of artifacts: what came from what, verdicts.")
  int index(@Parameters(paramLabel = "FOLDER") String uri, @Mixin Options options) {
    return run(
        "index",
        options,
        hadoop -> {
          ArtifactFolder folder = ArtifactFolder.open(uri, hadoop);
          List<ArtifactFolder.Entry> entries = folder.artifacts();
          Map<String, Object> rest = new LinkedHashMap<>();
          rest.put(
              "page",
              folder.write(ArtifactIndex.FILE, new ArtifactIndex(entries).page(folder.uri())));
          rest.put("artifacts", entries.size());
          return Console.line("artifact index", "ok", rest);
        });
  }

  /** Prints what a report says and stays with the artifact. */
  private String say(Artifact artifact, Function<Artifact, String> report) {
    console.err().print(report.apply(artifact));
    return artifact.uri();
  }

  /** Does something with an artifact; returns the URI of the one that the result names. */
  private interface Action {
    String on(Artifact artifact, Configuration hadoop);
  }

  private int run(String verb, String uri, Options options, Action action) {
    return run(
        verb,
        options,
        hadoop ->
            Console.ok(
                "artifact " + verb,
                () -> {
                  Artifact artifact = Artifact.open(uri, hadoop);
                  String result = action.on(artifact, hadoop);
                  return new JobResult(
                      result, artifact.contentHash(), artifact.manifest().metrics());
                }));
  }

  private int run(
      String verb, Options options, Function<Configuration, Map<String, Object>> command) {
    return console.run(
        "artifact " + verb,
        options.verbose,
        () -> {
          JobConfig own = JobConfig.load(options.files, options.sets, List.of());
          JobConfig config = SparkSettings.submit(own, SparkSettings.submitted(), Progress.SILENT);
          return command.apply(SparkSettings.hadoop(SparkSettings.withS3(config)));
        });
  }
}
