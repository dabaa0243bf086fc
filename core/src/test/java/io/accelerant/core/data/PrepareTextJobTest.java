package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrepareTextJobTest extends SparkTest {
  private static final PrepareTextJob JOB = new PrepareTextJob();

  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("corpus")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private Path textFile() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      lines.add(Text.of("Line %d of a text that no-one reads: %s", i, Integer.toString(i * i, 36)));
    }
    return Files.write(folder.resolve("text.txt"), lines);
  }

  @Test
  void publishesACorpusThatReadersOpen() throws IOException {
    JobResult result =
        JOB.run(context(), config("prepareText.source=" + textFile(), "prepareText.length=8"));

    Corpus corpus = Corpus.open(spark(), context().hadoop(), result.artifact(), "a test");
    assertThat(corpus.alphabet()).isEqualTo(Alphabet.LETTERS27);
    assertThat(corpus.length()).isEqualTo(8);
    assertThat(corpus.contentHash()).isEqualTo(result.contentHash());
    assertThat(corpus.table().count()).isEqualTo(result.metrics().get("windows"));
    assertThat(corpus.split("test").count()).isEqualTo(result.metrics().get("windows.test"));
    assertThat(result.metrics()).containsEntry("documents", 200L);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.readJson("vocabulary.json")).containsEntry("size", 27);
    assertThat(new String(artifact.read("README.md"), StandardCharsets.UTF_8))
        .contains("accelerant prepare-text", "prepareText.length=8");
    assertThat(artifact.manifest().parents()).hasSize(1);
    assertThat(artifact.holds("LICENSE-wordnet.txt")).isFalse();
  }

  @Test
  void piecesAreFoundInTheTextAndEveryWindowHasAsMany() throws IOException {
    JobResult result =
        JOB.run(
            context(),
            config(
                "prepareText.source=" + textFile(),
                "prepareText.length=4",
                "prepareText.alphabet=pieces",
                "prepareText.pieces=40"));
    Corpus corpus = Corpus.open(spark(), context().hadoop(), result.artifact(), "a test");
    assertThat(corpus.alphabet().size()).isEqualTo(40);
    List<Row> windows = corpus.table().collectAsList();
    assertThat(windows)
        .isNotEmpty()
        .allSatisfy(row -> assertThat(corpus.alphabet().count(row.getAs("text"))).isEqualTo(4));
    assertThat(windows)
        .anySatisfy(row -> assertThat(row.<String>getAs("text")).hasSizeGreaterThan(4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"prepareText.alphabet=bytes", "prepareText={alphabet = pieces, pieces = 40}"})
  void formatAndPartitionsDoNotChangeTheContentHash(String alphabet) throws IOException {
    Path text = textFile();
    List<String> hashes = new ArrayList<>();
    for (String format : List.of("parquet", "json")) {
      for (String partitions : List.of("1", "3")) {
        String before = spark().conf().get("spark.sql.shuffle.partitions");
        spark().conf().set("spark.sql.shuffle.partitions", partitions);
        try {
          String output = folder.resolve(format + partitions).toString();
          hashes.add(
              JOB.run(
                      context(),
                      config(
                          "prepareText.source=" + text,
                          "prepareText.length=8",
                          alphabet,
                          "run.format=" + format,
                          "run.output=" + output))
                  .contentHash());
        } finally {
          spark().conf().set("spark.sql.shuffle.partitions", before);
        }
      }
    }
    assertThat(hashes).hasSize(4).containsOnly(hashes.get(0));
  }

  @Test
  void theHalvesShareNoDocument() throws IOException {
    JobResult result =
        JOB.run(context(), config("prepareText.source=" + textFile(), "prepareText.length=8"));
    Corpus corpus = Corpus.open(spark(), context().hadoop(), result.artifact(), "a test");
    Set<Long> teacher = documents(corpus, Corpus.Half.TEACHER);
    Set<Long> judge = documents(corpus, Corpus.Half.JUDGE);
    assertThat(teacher).doesNotContainAnyElementsOf(judge);
    assertThat(teacher.size() + judge.size())
        .isEqualTo((int) corpus.split("train").select("document").distinct().count());
    assertThat(teacher.size() / (double) (teacher.size() + judge.size())).isBetween(0.35, 0.65);
  }

  private static Set<Long> documents(Corpus corpus, Corpus.Half half) {
    return new HashSet<>(corpus.train(half).select("document").as(Encoders.LONG()).collectAsList());
  }

  @Test
  void wordNetIsAtHandWithItsLicence() {
    JobResult result = JOB.run(context(), config("prepareText.length=64"));
    assertThat(result.metrics()).containsEntry("documents", 117791L);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(new String(artifact.read("LICENSE-wordnet.txt"), StandardCharsets.UTF_8))
        .isEqualTo(WordNetGlosses.licence());
  }

  @Test
  void thePlanSaysWhatWouldBeDoneAndWritesNothing() throws IOException {
    JobConfig config = config("prepareText.source=" + textFile());
    assertThat(JOB.plan(context(), config)).hasSize(4).last().asString().contains("corpus");
    assertThat(folder.resolve("corpus")).doesNotExist();
    JOB.run(context(), config("prepareText.source=" + textFile(), "prepareText.length=8"));
    assertThatThrownBy(() -> JOB.plan(context(), config)).hasMessageContaining("already");
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of(
            List.of("prepareText.source=FOLDER/absent"), DataException.class, "FOLDER/absent"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/table.parquet"),
            DataException.class,
            "no text column \"text\"; its columns are id (bigint), body (string)"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/table.parquet", "prepareText.column=id"),
            DataException.class,
            "no text column \"id\""),
        Arguments.of(
            List.of("prepareText.source=FOLDER/table.parquet", "prepareText.column=body"),
            DataException.class,
            "as long as one window of 64 symbols: of 2 documents the longest has 5"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/short.txt"), DataException.class, "longest has 8"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/short.txt", "prepareText.column=text"),
            ConfigException.class,
            "prepareText.column"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/empty.txt"), DataException.class, "of 0 documents"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/bad.parquet"), DataException.class, "bad.parquet"),
        Arguments.of(
            List.of("prepareText.source=FOLDER/bad.jsonl"), DataException.class, "bad.jsonl"),
        Arguments.of(
            List.of("prepareText.split=[0.9,0.2,0.05]"),
            ConfigException.class,
            "must be three shares (train, validation, test) that sum to 1"),
        Arguments.of(List.of("prepareText.split=[0.5,0.5]"), ConfigException.class, "three shares"),
        Arguments.of(List.of("prepareText.length=1"), ConfigException.class, "prepareText.length"),
        Arguments.of(
            List.of("prepareText.alphabet=letters"), ConfigException.class, "letters27, bytes"),
        Arguments.of(
            List.of("prepareText.pieces=64"),
            ConfigException.class,
            "is for prepareText.alphabet = pieces."),
        Arguments.of(
            List.of("prepareText.source=FOLDER/short.txt", "prepareText.alphabet=pieces"),
            DataException.class,
            "Lower prepareText.pieces"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenInputIsExplainedAndNothingIsPublished(
      List<String> sets, Class<? extends AccelerantException> type, String message)
      throws IOException {
    Files.writeString(folder.resolve("short.txt"), "a line!\nanother\nthe last");
    Files.createFile(folder.resolve("empty.txt"));
    Files.writeString(folder.resolve("bad.parquet"), "PAR1 this is no Parquet");
    Files.writeString(folder.resolve("bad.jsonl"), "{\"text\": \"a\"}\n{\"text\": ");
    spark()
        .range(2)
        .selectExpr("id", "'short' as body")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("table.parquet").toString());
    String[] here =
        sets.stream().map(set -> set.replace("FOLDER", folder.toString())).toArray(String[]::new);
    assertThatThrownBy(() -> JOB.run(context(), config(here)))
        .isInstanceOf(type)
        .hasMessageContaining(message.replace("FOLDER", folder.toString()));
    assertThat(folder.resolve("corpus")).doesNotExist();
  }
}
