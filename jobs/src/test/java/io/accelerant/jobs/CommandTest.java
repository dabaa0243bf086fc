package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a command prints where, and how it ends. */
class CommandTest extends SparkTest {
  private static Accelerant.Outcome probe(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("probe", "--set", "run.output=/out", "--set", "probe.teacher=ann"));
    all.addAll(List.of(arguments));
    return Accelerant.probe(all.toArray(String[]::new));
  }

  @Test
  void successIsOneLineOfJson() {
    Accelerant.Outcome outcome = probe("--set", "probe.ratio=0.25");
    assertThat(outcome.exitCode()).isZero();
    JsonNode line = outcome.line();
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly("job", "status", "artifact", "contentHash", "metrics", "seconds");
    assertThat(line.get("job").asText()).isEqualTo("probe");
    assertThat(line.get("status").asText()).isEqualTo("ok");
    assertThat(line.get("artifact").asText()).isEqualTo("/out");
    assertThat(line.get("metrics").get("ratio").asDouble()).isEqualTo(0.25);
    assertThat(line.get("metrics").get("third").asDouble()).isEqualTo(1.0 / 3);
    assertThat(line.get("seconds").asDouble()).isBetween(0.0, 60.0);
  }

  @Test
  void numberThatDoesNotExistIsNull() {
    assertThat(probe().line().get("metrics").get("none").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "config,2,bad setting",
    "data,3,bad row",
    "artifact,4,bad artifact",
    "commit,6,who knows"
  })
  void failureHasItsExitCodeAndNoStackTrace(String behaviour, int code, String message) {
    Accelerant.Outcome outcome = probe("--set", "probe.behaviour=" + behaviour);
    assertThat(outcome.exitCode()).isEqualTo(code);
    assertThat(outcome.line().toString())
        .isEqualTo(
            Text.of(
                "{\"job\":\"probe\",\"status\":\"failed\",\"exitCode\":%d,\"error\":\"%s\"}",
                code, message));
    assertThat(outcome.err()).contains("accelerant probe: " + message).doesNotContain("\tat ");
  }

  @Test
  void defectIsExitOneWithStackTrace() {
    Accelerant.Outcome outcome = probe("--set", "probe.behaviour=crash");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.line().get("error").asText()).contains("a defect");
    assertThat(outcome.err()).contains("IllegalStateException: a defect", "\tat ");
  }

  @Test
  void failureInsideATaskKeepsItsMessageAndExitCode() {
    spark();
    Accelerant.Outcome outcome = probe("--set", "probe.behaviour=task");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.line().get("error").asText()).isEqualTo("row 7 is bad");
  }

  @Test
  void printsTheConfigurationWithOriginsAndWithoutSecrets(@TempDir Path folder) throws IOException {
    Path one = Files.writeString(folder.resolve("one.conf"), "probe { ratio = 0.1, steps = 4 }");
    Path two = Files.writeString(folder.resolve("two.conf"), "\nprobe.ratio = 0.2\n");
    Accelerant.Outcome outcome =
        probe(
            "--conf",
            one.toString(),
            "--conf",
            two.toString(),
            "--set",
            "probe.secretKey=hunter2",
            "--set",
            "spark.hadoop.fs.s3a.secret.key=hunter2",
            "--set",
            "spark.speculation=true",
            "--set",
            "spark.speculation.interval=200ms",
            "--print-config");
    assertThat(outcome.exitCode()).isZero();
    JsonNode config = outcome.line().get("config");
    assertThat(outcome.line().get("status").asText()).isEqualTo("config");
    assertThat(config.get("probe.ratio").get("value").asDouble()).isEqualTo(0.2);
    assertThat(config.get("probe.ratio").get("origin").asText()).isEqualTo(two + ": 2");
    assertThat(config.get("probe.steps").toString())
        .isEqualTo(Text.of("{\"value\":[4],\"origin\":\"%s: 1\"}", one));
    assertThat(config.get("probe.teacher").get("origin").asText()).isEqualTo("--set");
    assertThat(config.get("run.seed").get("origin").asText()).isEqualTo("default");
    assertThat(config.get("spark.speculation").get("value").asText()).isEqualTo("true");
    assertThat(config.get("spark.speculation.interval").get("value").asText()).isEqualTo("200ms");
    assertThat(config.get("probe.secretKey").get("value").asText()).isEqualTo("***");
    assertThat(outcome.out() + outcome.err()).doesNotContain("hunter2");
    assertThat(outcome.err()).contains("probe.ratio = 0.2  # " + two + ": 2");
  }

  @Test
  void dryRunPrintsThePlanAndRunsNothing() {
    Accelerant.Outcome outcome = probe("--dry-run", "--set", "probe.behaviour=crash");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.line().toString())
        .isEqualTo(
            "{\"job\":\"probe\",\"status\":\"dry-run\",\"plan\":[\"read ann\",\"publish /out\"]}");
    assertThat(outcome.err()).contains("read ann\npublish /out\n");
  }

  @Test
  void progressHasAClockOrIsJson() {
    assertThat(probe().err()).containsPattern("(?m)^\\d\\d:\\d\\d:\\d\\d probe: ok$");
    assertThat(probe("--set", "run.log=json").err())
        .containsPattern(
            "(?m)^\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\",\"message\":\"probe: ok\"}$");
  }

  @Test
  void missingArtifactIsExitFour(@TempDir Path folder) {
    Accelerant.Outcome outcome =
        Accelerant.run("artifact", "verify", folder.resolve("no").toString());
    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.line().get("job").asText()).isEqualTo("artifact verify");
  }

  @Test
  void artifactIsShownVerifiedAndExported(@TempDir Path folder) {
    String uri = folder.resolve("a").toString();
    publish(uri);
    for (String verb : List.of("show", "verify")) {
      Accelerant.Outcome outcome = Accelerant.run("artifact", verb, uri);
      assertThat(outcome.exitCode()).as(outcome.err()).isZero();
      assertThat(outcome.line().get("job").asText()).isEqualTo("artifact " + verb);
      assertThat(outcome.err()).contains(outcome.line().get("contentHash").asText());
    }
    String copy = folder.resolve("b").toString();
    assertThat(Accelerant.run("artifact", "export", uri, copy).exitCode()).isZero();
    assertThat(Accelerant.run("artifact", "verify", copy).exitCode()).isZero();
  }

  @Test
  void aModelIsExportedAsHuggingFaceReadsIt(@TempDir Path folder) {
    String target = folder.resolve("hub").toString();
    assertThat(export("builtin:additions", target, "--format", "huggingface").exitCode()).isZero();
    assertThat(Accelerant.run("artifact", "verify", target).exitCode()).isZero();
    assertThat(folder.resolve("hub/tokenizer.json")).exists();
  }

  @Test
  void anExportThatCannotBeIsRefused(@TempDir Path folder) {
    String target = folder.resolve("hub").toString();
    String note = folder.resolve("note").toString();
    publish(note);
    assertThat(export(note, target, "--format", "huggingface"))
        .matches(outcome -> outcome.exitCode() == 4)
        .extracting(Accelerant.Outcome::err)
        .asString()
        .contains("is of kind note", "leave out --format");
    for (String[] wrong :
        List.of(
            new String[] {"--format", "onnx"},
            new String[] {"--base-model", "org/base"},
            new String[] {"--format", "huggingface", "--base-model", "out/../base"})) {
      assertThat(export("builtin:additions", target, wrong).exitCode()).isEqualTo(2);
    }
    assertThat(folder.resolve("hub")).doesNotExist();
  }

  private static Accelerant.Outcome export(String uri, String target, String... more) {
    return Accelerant.run(
        Stream.concat(Stream.of("artifact", "export", uri, target), Arrays.stream(more))
            .toArray(String[]::new));
  }

  @Test
  void helpListsEveryKey() {
    Accelerant.Outcome outcome = Accelerant.probe("help", "probe");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains(
            "probe.ratio: a number, between 0 and 1; default 0.5",
            "A share",
            "probe.teacher: a string; required",
            "run.name: a string; optional",
            "run.resume: one of auto, never, require; default auto");
  }

  @Test
  void helpAndVersionOfTheProgram() {
    assertThat(Accelerant.probe("--help").out()).contains("probe", "Does as it is told.", "Exit");
    assertThat(Accelerant.probe("--version").out()).startsWith("accelerant 0.1.0+");
  }

  private static void publish(String uri) {
    try (ArtifactWriter writer =
        ArtifactWriter.claim(uri, context().hadoop(), Claim.of("test"), false)) {
      writer.write("note.txt", "hello");
      writer.commit(ManifestDraft.of("note", "test", "test", 1));
    }
  }
}
