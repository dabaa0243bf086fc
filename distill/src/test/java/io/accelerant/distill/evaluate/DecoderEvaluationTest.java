package io.accelerant.distill.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.distill.sample.LanguageModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderEvaluationTest extends SparkTest {
  private static final EvaluateJob JOB = new EvaluateJob();
  private static final int COUNT = 12;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Prompts additions;
  private static String masked;
  private static JobResult result;

  @BeforeAll
  static void evaluateOnce() {
    additions =
        LanguageModels.prompts(
            context(), shared.resolve("prompts"), "addition", "preparePrompts.addition.maximum=2");
    masked =
        LanguageModels.publish(shared.resolve("masked"), Kind.MASKED, additions.tokenizer()).uri();
    result = evaluate(shared.resolve("out"));
  }

  private static JobResult evaluate(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "evaluate.model=" + masked,
                "evaluate.prompts=" + additions.uri(),
                "evaluate.count=" + COUNT,
                "evaluate.decoders=[one-per-step, confidence, quota]",
                "evaluate.thresholds.confidence=[0.3, 0.9]",
                "evaluate.thresholds.quota=[1]",
                "evaluate.match=[0, 1]"));
    sets.addAll(List.of(more));
    return JOB.run(context(), JobConfig.load(List.of(), sets, JOB.keys()));
  }

  private static List<Row> table(JobResult found, String name, String... order) {
    Artifact artifact = Artifact.open(found.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, name)
        .orderBy(order[0], Arrays.copyOfRange(order, 1, order.length))
        .collectAsList();
  }

  @Test
  void theCurveIsTheMeanOfWhatWasDecoded() {
    List<Row> curve = table(result, "curve", "decoder", "threshold");
    assertThat(curve)
        .extracting(row -> row.getAs("decoder") + " " + row.getAs("threshold"))
        .containsExactly("confidence 0.3", "confidence 0.9", "one-per-step 0.0", "quota 1.0");
    List<Row> decoded = table(result, "decoded", "promptId");
    for (Row point : curve) {
      List<Row> own =
          decoded.stream()
              .filter(
                  row ->
                      row.getAs("decoder").equals(point.getAs("decoder"))
                          && row.getAs("threshold").equals(point.getAs("threshold")))
              .toList();
      assertThat(own).hasSize(COUNT);
      for (String count : List.of("evaluations", "evaluationsToEnd", "rowsRead")) {
        assertThat(own.stream().mapToInt(row -> row.<Integer>getAs(count)).average().orElseThrow())
            .isEqualTo(point.<Double>getAs(count));
      }
      assertThat(own.stream().filter(row -> row.<Boolean>getAs("correct")).count())
          .isEqualTo(Math.round(COUNT * point.<Double>getAs("exactMatch")));
      assertThat(point.<Double>getAs("seconds")).isPositive();
    }
  }

  @Test
  void metricsNameDecodersAndWhatTheyNeed() {
    double one = result.metrics().get("one-per-step.evaluations").doubleValue();
    assertThat(result.metrics().get("quota.1.evaluations")).isEqualTo(1.0);
    assertThat(one).isGreaterThan(1);
    assertThat(result.metrics())
        .containsEntry("prompts", COUNT)
        .containsEntry("evaluationsAt.0.0", 1.0)
        .containsEntry("evaluationsAt.0.0.one-per-step", one)
        .containsKeys("confidence.0.3.exactMatch", "bestMatch", "calibration.error", "seconds");
  }

  @Test
  void theReportHasThePlotAndTheTables() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("## Evaluations at equal match", "| onePerStep ", "| confidence.0.9 ")
        .contains("match-evaluations");
  }

  @Test
  void neitherPartitionsNorFormatChangeWhatIsFound() {
    JobResult cut = evaluate(folder.resolve("cut"), "evaluate.partitions=1", "run.format=json");
    assertThat(scores(cut)).isEqualTo(scores(result));
    assertThat(decoded(cut)).hasSize(4 * COUNT).isEqualTo(decoded(result));
  }

  private static Map<String, Object> scores(JobResult found) {
    return Artifact.open(found.artifact(), context().hadoop()).readJson("scores.json");
  }

  private static List<String> decoded(JobResult found) {
    return table(found, "decoded", "decoder", "threshold", "promptId").stream()
        .map(
            row ->
                Stream.of("arm", "seed", "decoder", "threshold", "promptId", "correct", "tokens")
                    .map(column -> String.valueOf(row.<Object>getAs(column)))
                    .collect(Collectors.joining(" ")))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evaluate.samples=here | 2 | evaluate.samples (--set) is for samples; evaluate.model compares decoders.
          evaluate.judgeOrder=3 | 2 | evaluate.judgeOrder (--set) is for samples; evaluate.model compares decoders.
          evaluate.thresholds.entropy=[1] | 2 | evaluate.thresholds.entropy (--set) is of a rule that evaluate.decoders does not name.
          evaluate.model=nowhere | 4 | nowhere
          """)
  void whatDoesNotGoTogetherIsRefused(String set, int exitCode, String message) {
    assertThatThrownBy(() -> evaluate(folder.resolve("out"), set))
        .isInstanceOfSatisfying(
            AccelerantException.class, e -> assertThat(e.exitCode()).isEqualTo(exitCode))
        .hasMessageContaining(message);
    assertThat(folder.resolve("out/manifest.json")).doesNotExist();
  }

  @Test
  void modelsThatCannotAnswerTheseAreRefused() {
    String causal =
        LanguageModels.publish(folder.resolve("causal"), Kind.CAUSAL, additions.tokenizer()).uri();
    assertThatThrownBy(() -> evaluate(folder.resolve("out"), "evaluate.model=" + causal))
        .hasMessageContaining("evaluate.model needs a masked-text model");
  }

  @Test
  void keysOfDecodersNeedAModel() {
    List<String> sets =
        List.of(
            "run.output=" + folder.resolve("out"), "evaluate.samples=x", "evaluate.decoders=saber");
    assertThatThrownBy(() -> JOB.run(context(), JobConfig.load(List.of(), sets, JOB.keys())))
        .hasMessage("evaluate.decoders (--set) is for decoders of a model; set evaluate.model.");
    assertThatThrownBy(
            () ->
                JOB.run(
                    context(),
                    JobConfig.load(
                        List.of(), List.of("run.output=" + folder.resolve("out")), JOB.keys())))
        .hasMessageStartingWith("evaluate.samples (not set) is required");
  }
}
