package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of folders that Hadoop, Spark, URIs and HOCON give a meaning, through the command line. */
@Timeout(300)
class PathNamesJobTest extends SparkTest {
  private static final String MIXTURE =
      """
      {"kind": "gaussian-mixture", "weights": [0.5, 0.5], "means": [[1, 0], [-1, 0.5]],
       "deviations": [0.2, 0.3]}
      """;

  @TempDir Path scratch;

  private static String ok(String job, String... settings) {
    Accelerant.Outcome outcome = Accelerant.run(command(job, settings));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line().get("artifact").asText();
  }

  private static String[] command(String job, String... settings) {
    List<String> arguments = new ArrayList<>(List.of(job.split(" ")));
    for (String setting : settings) {
      arguments.addAll(
          setting.startsWith("--") ? List.of(setting.split("=", 2)) : List.of("--set", setting));
    }
    return arguments.toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "100% p%20c #?&=[1]{a,b}* '\"$x\\y",
        "modèle mode\u0300le 模型",
        "manual__2026-01-02T03:04:05+00:00"
      })
  void whatOneJobWritesTheNextReadsAndVerifies(String name) throws IOException {
    Path here = Files.createDirectories(scratch.resolve(name));
    Path text = here.resolve("text.txt");
    Files.writeString(text, "some words and some more\n".repeat(2) + "other words of this text\n");
    Path conf = here.resolve("job.conf");
    Files.writeString(conf, "prepareText.length = 8\n");
    String corpus =
        ok(
            "prepare-text",
            "--conf=" + conf,
            "prepareText.source=" + text,
            "prepareText.split=[1, 0, 0]",
            "run.output=" + here.resolve("corpus"));
    assertThat(corpus).isEqualTo(here.resolve("corpus").toString());
    ok(
        "rs2",
        "rs2.input=" + here.resolve("corpus/corpus"),
        "rs2.ratio=0.5",
        "run.format=json",
        "run.checkpoint=" + here.resolve("checkpoints"),
        "run.output=" + here.resolve("rounds-{version}"));
    Path model = Files.writeString(here.resolve("mixture.json"), MIXTURE);
    ok(
        "sample",
        "sample.model=" + model,
        "sample.steps=2",
        "sample.count=2",
        "run.output=" + here.resolve("samples"));
    assertThat(Accelerant.run("artifact", "verify", here.resolve("latest").toString()).exitCode())
        .isZero();
    String copy = here.resolve("copy").toString();
    assertThat(Accelerant.run("artifact", "export", corpus, copy).exitCode()).isZero();
  }

  @Test
  void aNameOnS3IsWhatItIsOnADisk() throws IOException {
    S3Proxy server = S3Proxy.shared();
    Map<String, String> access = S3Proxy.access(server.endpoint());
    Configuration session = spark().sparkContext().hadoopConfiguration();
    Configuration s3 = S3Proxy.configuration(access);
    access.forEach(session::set);
    String folder = server.bucket("names") + "/a b%20c#?[1]{x}:é";
    var text = new org.apache.hadoop.fs.Path(folder + "/t.txt");
    try (DefaultLocale.Kept kept = DefaultLocale.kept();
        var out = text.getFileSystem(s3).create(text)) {
      out.write("some words and some more\n".getBytes(StandardCharsets.UTF_8));
    }
    List<String> settings = new ArrayList<>();
    settings.addAll(
        List.of(
            "prepareText.source=" + folder + "/t.txt",
            "prepareText.length=8",
            "run.output=" + folder + "/corpus"));
    List<String> arguments =
        new ArrayList<>(List.of(command("prepare-text", settings.toArray(String[]::new))));
    arguments.addAll(S3Proxy.arguments(access));
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("artifact").asText()).isEqualTo(folder + "/corpus");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quickstart", "pipeline", "gains", "rs2 --set rs2.input=range:9"})
  void aDryRunOfAnyKindOfJobTriesItsOutput(String job) throws IOException {
    Files.createFile(scratch.resolve("file"));
    List<String> arguments = new ArrayList<>(List.of(job.split(" ")));
    arguments.addAll(List.of("--dry-run", "--set", "run.output=" + scratch.resolve("file/out")));
    if (job.equals("pipeline")) {
      arguments.addAll(List.of("--set", "pipeline.stages=[{name = a, job = rs2}]"));
    }
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(4);
    assertThat(outcome.line().get("error").asText()).contains("file is a file");
  }
}
