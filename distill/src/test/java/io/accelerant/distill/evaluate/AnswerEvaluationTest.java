package io.accelerant.distill.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import io.accelerant.distill.sample.LanguageModels;
import io.accelerant.distill.sample.SampleJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerEvaluationTest extends SparkTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static Prompts prompts;
  private static List<Prompt> test;

  @BeforeAll
  static void prepare() {
    prompts =
        LanguageModels.prompts(
            context(), shared.resolve("prompts"), "addition", "preparePrompts.addition.maximum=2");
    test = prompts.first("test", 6);
  }

  private static JobResult run(Job job, List<String> sets) {
    return job.run(context(), JobConfig.load(List.of(), sets, job.keys()));
  }

  private JobResult evaluate(Path samples, String name) {
    return run(
        new EvaluateJob(),
        List.of(
            "run.output=" + folder.resolve(name),
            "evaluate.samples=" + samples,
            "evaluate.prompts=" + prompts.uri()));
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  private static String line(Prompt prompt, int sample, String text) {
    return Text.of(
        "{\"promptId\": %d, \"sample\": %d, \"text\": \"%s\"}", prompt.id(), sample, text);
  }

  /** Four answers to each prompt, of which so many as its place says are right. */
  private static List<String> someRight() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < test.size(); i++) {
      for (int sample = 0; sample < 4; sample++) {
        lines.add(line(test.get(i), sample, sample < i ? test.get(i).answer() : "7;"));
      }
    }
    return lines;
  }

  @Test
  void answersFromElsewhereAreCheckedAnew() throws IOException {
    JobResult result = evaluate(write("answers.jsonl", someRight()), "out");
    // 0 1 2 3 4 4 right of 4
    assertThat(result.metrics())
        .containsEntry("samples", 24L)
        .containsEntry("prompts", 6)
        .containsEntry("exactMatch", 14 / 24.)
        .containsKeys("exactMatch." + test.get(0).task(), "chanceRate", "judgeNll")
        .doesNotContainKeys("bitsPerToken", "evaluationsPerRow", "tokensPerSecond", "passAt8");
    assertThat(result.metrics().get("passAt1").doubleValue()).isCloseTo(14 / 24., within(1e-12));
    assertThat(result.metrics().get("passAt2").doubleValue())
        .isCloseTo((0 + 3 / 6. + 5 / 6. + 1 + 1 + 1) / 6, within(1e-12));
    assertThat(result.metrics().get("passAt4").doubleValue()).isCloseTo(5 / 6., within(1e-12));
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .containsPattern("\\| 4 of 4 +\\| +2 \\|")
        .contains("| " + test.get(0).task() + " ");
  }

  @Test
  void tokensScoreAsTheirText() throws IOException {
    List<String> texts = new ArrayList<>();
    List<String> tokens = new ArrayList<>();
    for (Prompt prompt : test) {
      texts.add(Text.of("{\"promptId\": %d, \"text\": \"%s\"}", prompt.id(), prompt.answer()));
      int[] answer = Arrays.copyOfRange(prompt.ids(), prompt.given().length, prompt.length());
      tokens.add(
          Text.of("{\"promptId\": %d, \"tokens\": %s}", prompt.id(), Arrays.toString(answer)));
    }
    JobResult byText = evaluate(write("texts.jsonl", texts), "texts");
    assertThat(evaluate(write("tokens.jsonl", tokens), "tokens").metrics())
        .isEqualTo(byText.metrics());
    assertThat(byText.metrics())
        .containsEntry("exactMatch", 1.)
        .containsEntry("judgeNll", byText.metrics().get("reference.judgeNll"));
  }

  @Test
  void samplesNameTheirPromptsAndEvaluateToWhatTheirJobSaid() {
    String model =
        LanguageModels.publish(folder.resolve("model"), Kind.CAUSAL, prompts.tokenizer()).uri();
    JobResult samples =
        run(
            new SampleJob(),
            List.of(
                "run.output=" + folder.resolve("samples"),
                "run.format=json",
                "sample.model=" + model,
                "sample.method=temperature",
                "sample.samplesPerPrompt=2",
                "sample.prompts=" + prompts.uri()));
    List<String> sets =
        List.of("run.output=" + folder.resolve("out"), "evaluate.samples=" + samples.artifact());
    JobResult result = run(new EvaluateJob(), sets);
    for (String metric :
        List.of(
            "samples",
            "prompts",
            "exactMatch",
            "exactMatch.k1",
            "falsePositive",
            "evaluationsPerRow",
            "tokensPerSecond")) {
      assertThat(result.metrics().get(metric)).as(metric).isEqualTo(samples.metrics().get(metric));
    }
    double nats = -samples.metrics().get("meanLogProbability").doubleValue();
    double tokens = samples.metrics().get("evaluationsPerRow").doubleValue();
    assertThat(result.metrics().get("bitsPerToken").doubleValue())
        .isCloseTo(nats / tokens / StrictMath.log(2), within(1e-9));
    Prompts others =
        LanguageModels.prompts(
            context(), folder.resolve("others"), "addition", "preparePrompts.addition.maximum=3");
    List<String> elsewhere = new ArrayList<>(sets);
    elsewhere.set(0, "run.output=" + folder.resolve("elsewhere"));
    elsewhere.add("evaluate.prompts=" + others.uri());
    assertThatThrownBy(() -> run(new EvaluateJob(), elsewhere))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("answers the prompts " + prompts.uri());
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(
            "{\"promptId\": 123456, \"sample\": 2, \"text\": \"1\"}",
            "promptId 123456, sample 2: no prompt of "),
        Arguments.of(
            "{\"promptId\": @, \"text\": \"1\"}\n{\"promptId\": @, \"text\": \"2\"}",
            "sample 0: occurs twice; several answers to a prompt are told apart by a column"),
        Arguments.of(
            "{\"promptId\": @, \"text\": null, \"b\": \"x\"}\n"
                + "{\"promptId\": @, \"sample\": 1, \"text\": \"x\"}",
            "the sample has no number"),
        Arguments.of(
            "{\"promptId\": @, \"sample\": 0}\n{\"promptId\": @, \"sample\": 1, \"text\": \"x\"}",
            "sample 0: text is null."),
        Arguments.of("{\"promptId\": @, \"tokens\": [1, null]}", "sample 0: tokens are null."),
        Arguments.of("{\"promptId\": \"a\", \"text\": \"1\"}", "Column promptId of "),
        Arguments.of("{\"promptId\": @, \"tokens\": [0.5]}", "must be an array of integers"),
        Arguments.of("{\"id\": @, \"text\": \"1\"}", "has no column promptId (an integer)"),
        Arguments.of("{\"promptId\": @, \"answer\": \"1\"}", "has no column text (a string)"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void aTableThatIsNotOfAnswersIsRefusedByItsRow(String lines, String message) throws IOException {
    Path samples =
        write("bad.jsonl", List.of(lines.replace("@", String.valueOf(test.get(0).id()))));
    assertThatThrownBy(() -> evaluate(samples, "out"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatIsComparedWithMustBeNamed() throws IOException {
    Path answers = write("answers.jsonl", someRight());
    List<String> neither =
        List.of("run.output=" + folder.resolve("out"), "evaluate.samples=" + answers);
    assertThatThrownBy(() -> run(new EvaluateJob(), neither))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("for answers to prompts set evaluate.prompts");
    List<String> both = new ArrayList<>(neither);
    both.add("evaluate.prompts=" + prompts.uri());
    both.add("evaluate.reference=" + prompts.uri());
    assertThatThrownBy(() -> run(new EvaluateJob(), both))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("evaluate.reference (--set) is for samples of text");
  }
}
