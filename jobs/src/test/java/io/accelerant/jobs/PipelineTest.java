package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chains of small jobs: what runs, what is skipped, what goes on, what is published. */
class PipelineTest extends SparkTest {
  private static final String STAGES =
      """
      { name = corpus, job = prepare-text, inputs = "SOURCE"
        set { prepareText { source = "SOURCE", length = 16 } } }
      { name = samples, job = sample
        set { sample { model = "markov:1:{corpus}", steps = 4, count = 24, length = 16, method = euler } } }
      { name = quality, job = evaluate
        set { evaluate { samples = "{samples}", reference = "{corpus}" } } }
      """;

  @TempDir Path folder;
  private Path source;

  @BeforeEach
  void text() throws IOException {
    source = folder.resolve("source.txt");
    writeSource("other");
  }

  private void writeSource(String word) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      char letter = (char) ('a' + i % 26);
      lines.append(Text.of("the %s thing %c is made of %s ones\n", word, letter, word.repeat(2)));
    }
    Files.writeString(source, lines);
  }

  private Accelerant.Outcome run(String stages, String... more) throws IOException {
    Path conf = folder.resolve("pipeline.conf");
    Files.writeString(
        conf,
        Text.of(
            "run.output = \"%s\"\npipeline.stages = [\n%s]\n",
            folder.resolve("out"), stages.replace("SOURCE", source.toString())));
    List<String> arguments = new ArrayList<>(List.of("pipeline", "--conf", conf.toString()));
    for (String one : more) {
      arguments.addAll(one.startsWith("--") ? List.of(one) : List.of("--set", one));
    }
    return Accelerant.run(arguments.toArray(String[]::new));
  }

  private JsonNode ok(String stages, String... more) throws IOException {
    Accelerant.Outcome outcome = run(stages, more);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line();
  }

  private static int ran(JsonNode line) {
    return line.get("metrics").get("stages.run").asInt();
  }

  @Test
  void whatIsDoneIsNotDoneAgain() throws IOException {
    JsonNode first = ok(STAGES);
    assertThat(ran(first)).isEqualTo(3);
    assertThat(first.get("metrics").has("quality.judgeNll")).isTrue();
    Accelerant.Outcome again = run(STAGES);
    assertThat(ran(again.line())).isZero();
    assertThat(again.err()).contains("nothing to run");
    assertThat(again.line().get("contentHash")).isEqualTo(first.get("contentHash"));
    assertThat(ran(ok(STAGES.replace("count = 24", "count = 32")))).isEqualTo(2);
    writeSource("different");
    assertThat(ran(ok(STAGES))).isEqualTo(3);
  }

  @Test
  void aDryRunSaysWhatWouldRun() throws IOException {
    JsonNode plan = ok(STAGES, "--dry-run").get("plan");
    assertThat(plan.get(0).asText()).startsWith("corpus (prepare-text): to run");
    assertThat(folder.resolve("out")).doesNotExist();
    ok(STAGES);
    JsonNode done = ok(STAGES.replace("count = 24", "count = 32"), "--dry-run").get("plan");
    assertThat(done.get(0).asText()).startsWith("corpus (prepare-text): done");
    assertThat(done.get(1).asText()).startsWith("samples (sample): to run");
    assertThat(ok(STAGES, "--dry-run").get("plan").get(3).asText()).startsWith("nothing to run");
  }

  @Test
  void aFailedRunGoesOnAtItsStage() throws IOException {
    String broken = STAGES.replace("reference = \"{corpus}\"", "reference = \"{samples}\"");
    Accelerant.Outcome failed = run(broken);
    assertThat(failed.exitCode()).isEqualTo(4);
    JsonNode mended = ok(STAGES);
    assertThat(ran(mended)).isEqualTo(1);
    assertThat(mended.get("metrics").get("stages.skipped").asInt()).isEqualTo(2);
  }

  @Test
  void aSchedulerStartsEveryStageByItself() throws IOException {
    String[] publish = {
      "pipeline.publish.stage=samples", "pipeline.publish.to=" + folder.resolve("public")
    };
    for (String stage : List.of("corpus", "samples")) {
      JsonNode line = ok(STAGES, publish[0], publish[1], "pipeline.until=" + stage);
      assertThat(ran(line)).isEqualTo(1);
      assertThat(line.get("artifact").asText()).contains("/" + stage + "-");
    }
    assertThat(folder.resolve("public")).doesNotExist();
    assertThat(ran(ok(STAGES, publish))).isEqualTo(1);
    assertThat(folder.resolve("public/manifest.json")).exists();
    assertThat(run(STAGES, "pipeline.until=end").line().get("error").asText())
        .contains("the stages are [corpus, samples, quality]");
  }

  @Test
  void publishesWhatIsGoodEnoughAndOnce() throws IOException {
    String to = "pipeline.publish.to=" + folder.resolve("public/samples-{version}");
    String stage = "pipeline.publish.stage=samples";
    String never = "pipeline.publish.if=quality.judgeNll < 0";
    JsonNode refused = ok(STAGES, stage, to, never);
    assertThat(refused.get("metrics").get("published").asInt()).isZero();
    assertThat(folder.resolve("public")).doesNotExist();
    String always = "pipeline.publish.if=quality.judgeNll >= 0";
    JsonNode published = ok(STAGES, stage, to, always);
    assertThat(ran(published)).isZero();
    assertThat(published.get("artifact").asText()).endsWith("public/samples-1");
    assertThat(Accelerant.run("artifact", "verify", published.get("artifact").asText()).exitCode())
        .isZero();
    assertThat(ok(STAGES, stage, to, always).get("artifact").asText()).endsWith("public/samples-1");
    assertThat(ok(STAGES.replace("count = 24", "count = 32"), stage, to).get("artifact").asText())
        .endsWith("public/samples-2");
    Accelerant.Outcome unknown = run(STAGES, stage, to, "pipeline.publish.if=quality.nll < 0");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.line().get("error").asText()).contains("quality.nll", "quality.judgeNll");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "job = sample | job = smaple | pipeline.stages[1].job",
        "name = samples | name = corpus | two stages named corpus",
        "name = samples | name = \"{x}\" | pipeline.stages[1].name",
        "inputs = | input = | a field input",
        "{samples} | {sampels} | {sampels} is no earlier stage",
        "steps = 4 | step = 4 | Stage samples (sample): Unknown key sample.step",
        "sample { model | run.output = x, sample { model | run.output belongs to the pipeline",
        "inputs = \"SOURCE\" | inputs = \"SOURCE.gone\" | nothing at its input",
      })
  void whatIsWrongIsNamed(String from, String to, String message) throws IOException {
    Accelerant.Outcome outcome = run(STAGES.replace(from, to));
    assertThat(outcome.exitCode()).isIn(2, 3);
    assertThat(outcome.line().get("error").asText()).contains(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void publishKeysGoTogether() throws IOException {
    Stream.of("pipeline.publish.stage=samples", "pipeline.publish.to=/x")
        .forEach(
            one -> {
              try {
                assertThat(run(STAGES, one).line().get("error").asText()).contains("go together");
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertThat(
            run(STAGES, "pipeline.publish.stage=best", "pipeline.publish.to=/x")
                .line()
                .get("error")
                .asText())
        .contains("the stages are [corpus, samples, quality]");
  }
}
