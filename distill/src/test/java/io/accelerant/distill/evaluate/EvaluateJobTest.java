package io.accelerant.distill.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.network.TextModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluateJobTest extends SparkTest {
  private static final EvaluateJob JOB = new EvaluateJob();
  private static final int LENGTH = 16;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Corpus corpus;

  @BeforeAll
  static void prepare() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      lines.add(Text.of("the %s of number %s is read by no one", word(i), word(i * i + 7)));
    }
    Files.write(shared.resolve("text.txt"), lines);
    JobResult result =
        run(
            new PrepareTextJob(),
            "run.output=" + shared.resolve("corpus"),
            "prepareText.source=" + shared.resolve("text.txt"),
            "prepareText.length=" + LENGTH,
            "prepareText.split=[0.7,0.1,0.2]");
    corpus = Corpus.open(spark(), context().hadoop(), result.artifact(), "a test");
  }

  /** Letters for digits. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (char digit : Integer.toString(number).toCharArray()) {
      word.append((char) ('a' + digit - '0'));
    }
    return word.toString();
  }

  private static JobResult run(Job job, String... sets) {
    return job.run(context(), JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  private JobResult evaluate(Path samples, String name) {
    return run(
        JOB,
        "run.output=" + folder.resolve(name),
        "evaluate.samples=" + samples,
        "evaluate.reference=" + corpus.uri());
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines));
  }

  /** The test split as samples, once as text and once as tokens. */
  private List<String> jsonLines(boolean asTokens) {
    List<String> lines = new ArrayList<>();
    for (Row row : corpus.split("test").orderBy("id").collectAsList()) {
      String text = row.getAs("text");
      int[] tokens = Alphabet.LETTERS27.encode(text);
      lines.add(
          Text.of(
              "{\"id\": %d, %s}",
              row.<Long>getAs("id"),
              asTokens
                  ? "\"tokens\": " + java.util.Arrays.toString(tokens)
                  : "\"text\": \"" + text + "\""));
    }
    return lines;
  }

  @Test
  void realTextScoresAsItself() throws IOException {
    Path samples = write("samples.jsonl", jsonLines(false).toArray(String[]::new));
    JobResult result = evaluate(samples, "evaluation");
    for (String metric : List.of("judgeNll", "judgeNll.sd", "entropy", "distinct4", "bigramTv")) {
      assertThat(result.metrics().get(metric))
          .as(metric)
          .isEqualTo(result.metrics().get("reference." + metric));
    }
    assertThat(result.metrics().get("symbols")).isEqualTo(corpus.split("test").count() * LENGTH);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().parents()).hasSize(2);
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("| judge NLL", "real text", corpus.contentHash());
  }

  @Test
  void tokensInParquetScoreAsTextInJson() throws IOException {
    Path json = write("samples.jsonl", jsonLines(false).toArray(String[]::new));
    Path parquet = folder.resolve("parquet");
    Path tokens = write("tokens.jsonl", jsonLines(true).toArray(String[]::new));
    spark().read().json(tokens.toString()).repartition(3).write().parquet(parquet.toString());
    assertThat(evaluate(parquet, "a").metrics()).isEqualTo(evaluate(json, "b").metrics());
  }

  @Test
  void aModelStandsForTheCorpusItWasTrainedOn() throws IOException {
    Path samples = write("samples.jsonl", jsonLines(false).toArray(String[]::new));
    Artifact origin = Artifact.open(corpus.uri(), context().hadoop());
    Artifact model = TextModels.publish(folder.resolve("model"), 1, origin);
    JobResult byModel =
        run(
            JOB,
            "run.output=" + folder.resolve("by-model"),
            "evaluate.samples=" + samples,
            "evaluate.reference=" + model.uri());
    assertThat(byModel.contentHash()).isEqualTo(evaluate(samples, "by-corpus").contentHash());
    Artifact bare = TextModels.publish(folder.resolve("bare"), 1);
    assertThatThrownBy(
            () ->
                run(
                    JOB,
                    "run.output=" + folder.resolve("never"),
                    "evaluate.samples=" + samples,
                    "evaluate.reference=" + bare.uri()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("which does not say what it was trained on; name a corpus artifact");
  }

  @Test
  void aSamplesArtifactIsAParent() throws IOException {
    Path json = write("samples.jsonl", jsonLines(true).toArray(String[]::new));
    String output = folder.resolve("samples").toString();
    String hash;
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(output, context().hadoop(), Claim.of("a test"), false)) {
      String table =
          ArtifactTables.write(spark().read().json(json.toString()), "samples", artifact, "json");
      hash =
          artifact
              .commit(
                  ManifestDraft.of("samples", "a-test", "a-test", 1)
                      .withTable(table, TableFingerprint.of(spark().read().json(json.toString()))))
              .contentHash();
    }
    JobResult result = evaluate(Path.of(output), "evaluation");
    assertThat(Artifact.open(result.artifact(), context().hadoop()).manifest().parents().get(0))
        .isEqualTo(new Manifest.Parent("samples", output, hash));
    assertThat(result.metrics()).isEqualTo(evaluate(json, "bare").metrics());
  }

  @Test
  void noiseIsFurtherFromTheReferenceThanRealText() throws IOException {
    List<String> noise = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < LENGTH; c++) {
        text.append((char) ('a' + (i * 7 + c * c * 5 + c * i) % 26));
      }
      noise.add(text.toString());
    }
    JobResult result = evaluate(write("noise.txt", noise.toArray(String[]::new)), "evaluation");
    double nll = result.metrics().get("judgeNll").doubleValue();
    double real = result.metrics().get("reference.judgeNll").doubleValue();
    assertThat(nll).isGreaterThan(real + 1);
    assertThat(result.metrics().get("bigramTv").doubleValue()).isGreaterThan(0.5);
    assertThat(result.metrics().get("reference.symbols").longValue())
        .isCloseTo(result.metrics().get("symbols").longValue(), within((long) LENGTH));
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of(null, DataException.class, "Nothing is at"),
        Arguments.of("", DataException.class, "neither a column tokens"),
        Arguments.of("{\"txt\": \"a\"}", DataException.class, "its columns are txt (string)"),
        Arguments.of("{\"text\": 7}", DataException.class, "text of"),
        Arguments.of("{\"tokens\": \"a\"}", DataException.class, "an array of integers"),
        Arguments.of("{\"tokens\": [1.5]}", DataException.class, "array<double>"),
        Arguments.of(
            "{\"id\": 3, \"tokens\": [1, 27]}\n{\"id\": 2, \"tokens\": [0, -1]}",
            DataException.class,
            "row with id 2: tokens hold -1 at place 1; the vocabulary of the reference is 0..26"),
        Arguments.of(
            "{\"id\": 3, \"tokens\": [1, null]}", DataException.class, "id 3: tokens hold null"),
        Arguments.of("{\"id\": 3, \"tokens\": []}", DataException.class, "is array<string>"),
        Arguments.of(
            "{\"id\": 3, \"tokens\": []}\n{\"id\": 4, \"tokens\": [1]}",
            DataException.class,
            "row with id 3: tokens are empty"),
        Arguments.of(
            "{\"id\": 5, \"text\": null}\n{\"id\": 6, \"text\": \"abcd\"}",
            DataException.class,
            "row with id 5: text is null"),
        Arguments.of(
            "{\"id\": 5, \"text\": \"abCd\"}",
            DataException.class,
            "row with id 5: text is not over the alphabet of the reference: U+0043 at place 2"),
        Arguments.of("{\"id\": 5, \"text\": \"\"}", DataException.class, "id 5: text is empty"),
        Arguments.of("{\"id\": \"x\", \"text\": \"abcd\"}", DataException.class, "id of"),
        Arguments.of(
            "{\"id\": 1, \"text\": \"abcd\"}\n{\"id\": 1, \"text\": \"efgh\"}",
            DataException.class,
            "id 1 occurs 2 times"),
        Arguments.of("{\"text\": \"abcd\"}\n{\"text", DataException.class, "Cannot read"),
        Arguments.of("{\"text\": \"abc\"}", DataException.class, "no row has four symbols"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenSamplesAreExplainedAndNothingIsPublished(
      String content, Class<? extends AccelerantException> type, String message)
      throws IOException {
    Path samples = folder.resolve("samples.jsonl");
    if (content != null) {
      Files.writeString(samples, content);
    }
    assertThatThrownBy(() -> evaluate(samples, "evaluation"))
        .isInstanceOf(type)
        .hasMessageContaining(message);
    assertThat(folder.resolve("evaluation")).doesNotExist();
  }

  @Test
  void aJudgeOfTooHighAnOrderForBytesIsRefused() throws IOException {
    String bytes =
        run(
                new PrepareTextJob(),
                "run.output=" + folder.resolve("bytes"),
                "prepareText.source=" + shared.resolve("text.txt"),
                "prepareText.alphabet=bytes",
                "prepareText.length=" + LENGTH)
            .artifact();
    assertThatThrownBy(
            () ->
                run(
                    JOB,
                    "run.output=" + folder.resolve("evaluation"),
                    "evaluate.samples=" + write("samples.txt", "abcd"),
                    "evaluate.reference=" + bytes,
                    "evaluate.judgeOrder=9"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("evaluate.judgeOrder");
  }

  @Test
  void theReferenceMustBeACorpus() throws IOException {
    Path samples = write("samples.txt", "abcd");
    String evaluation = evaluate(samples, "evaluation").artifact();
    assertThatThrownBy(
            () ->
                run(
                    JOB,
                    "run.output=" + folder.resolve("second"),
                    "evaluate.samples=" + samples,
                    "evaluate.reference=" + evaluation))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("evaluate.reference needs an artifact of kind corpus");
  }
}
