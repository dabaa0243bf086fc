package io.accelerant.core.lm.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PreparePromptsJobTest extends SparkTest {
  private static final PreparePromptsJob JOB = new PreparePromptsJob();

  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("prompts")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private JobResult run(String source, String... sets) {
    List<String> all = new ArrayList<>(List.of("preparePrompts.source=" + source));
    all.addAll(List.of(sets));
    return JOB.run(context(), config(all.toArray(String[]::new)));
  }

  private static Prompts open(JobResult result) {
    return Prompts.open(spark(), context().hadoop(), result.artifact(), "a test");
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static List<Prompt> all(JobResult result) {
    return open(result).table().orderBy("id").collectAsList().stream().map(Prompts::of).toList();
  }

  @Test
  void publishesPromptsThatReadersOpen() {
    JobResult result = run("task:cloze-chain", "preparePrompts.count=300");

    Prompts prompts = open(result);
    assertThat(prompts.isCloze()).isTrue();
    assertThat(prompts.longest()).isEqualTo(18);
    assertThat(prompts.tokenizer()).isEqualTo(SymbolTokenizer.of("0123456789"));
    assertThat(prompts.table().count()).isEqualTo(result.metrics().get("prompts"));
    for (Prompt prompt : prompts.first("test", 5)) {
      assertThat(prompt.given()).containsExactly(0, 3, 6, 9, 12, 15);
      assertThat(prompts.checker().check(prompt.prompt(), "", prompt.answer()).correct()).isTrue();
      assertThat(prompt.prompt()).contains(String.valueOf(PromptTask.GAP));
    }
    assertThat(result.metrics()).containsEntry("dropped.duplicate", 0L).containsKey("chanceRate");
  }

  @Test
  void jsonLinesAreReadRowByRowAndWhatIsBadIsCounted() throws IOException {
    ByteArrayOutputStream bad = new ByteArrayOutputStream();
    bad.writeBytes(
        "{\"question\": \"1+1=\", \"answer\": \"2\"}\n\n".getBytes(StandardCharsets.UTF_8));
    bad.writeBytes(
        "{\"question\": \"caf\u00e9\", \"answer\": \"x\"}\n".getBytes(StandardCharsets.ISO_8859_1));
    bad.writeBytes(
        "{\"question\": \"a\", \"answer\": \"\\ud83d\"}\n".getBytes(StandardCharsets.UTF_8));
    bad.writeBytes(
        "{\"question\": \"a\", \"answer\": []}\nno JSON\n".getBytes(StandardCharsets.UTF_8));
    Files.createDirectory(folder.resolve("rows"));
    Files.write(folder.resolve("rows/b.jsonl"), bad.toByteArray());
    write("rows/a.jsonl", "{\"question\": \"1+2=\", \"answer\": 3, \"more\": [1]}");

    JobResult result = run(folder.resolve("rows").toString());
    assertThat(all(result))
        .extracting(p -> p.prompt() + p.answer() + p.task())
        .containsExactlyInAnyOrder("1+1=\n2question", "1+2=\n3question");
    assertThat(result.metrics())
        .containsEntry("prompts", 2L)
        .containsEntry("dropped.invalidText", 2L)
        .containsEntry("dropped.notText", 1L)
        .containsEntry("dropped.notObject", 1L)
        .doesNotContainKey("chanceRate");
    assertThat(open(result).tokenizer()).isEqualTo(SymbolTokenizer.named("alphabet:bytes"));

    assertThatThrownBy(
            () ->
                run(
                    folder.resolve("rows").toString(),
                    "preparePrompts.onBad=refuse",
                    "run.output=" + folder.resolve("other")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl: row 2 is no valid Unicode")
        .hasMessageContaining("4 rows in all");
  }

  @Test
  void parquetIsReadByItsColumns() {
    String table = folder.resolve("table").toString();
    spark()
        .sql(
            "SELECT 'k' AS kind, array(named_struct('role', 'user', 'content', 'hi'),"
                + " named_struct('role', 'assistant', 'content', 'ho')) AS messages")
        .coalesce(1)
        .write()
        .parquet(table);
    JobResult result = run(table, "preparePrompts.fields.task=kind");
    Prompt prompt = all(result).get(0);
    assertThat(prompt.prompt()).isEqualTo("user: hi\nassistant: ");
    assertThat(prompt.answer()).isEqualTo("ho");
    assertThat(prompt.task()).isEqualTo("k");
  }

  @Test
  void aJarOfSourcesGivesSignaturesAndFirstSentences() throws IOException {
    Path jar = folder.resolve("a-sources.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("a/A.java"));
      zip.write("/** Counts. Well. */\nint count(int a) {}".getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("a/notes.txt"));
      zip.write("/** No. */\nint no(int a) {}".getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("META-INF/LICENSE.txt"));
      zip.write("\n  Apache License\n  Version 2.0, ..".getBytes(StandardCharsets.UTF_8));
    }
    JobResult result = run("javadoc:" + jar);
    Prompt prompt = all(result).get(0);
    assertThat(prompt.prompt()).isEqualTo("int count(int a)\n");
    assertThat(prompt.answer()).isEqualTo("Counts.");
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.holds("LICENSE.txt")).isTrue();
    assertThat(new String(artifact.read("README.md"), StandardCharsets.UTF_8))
        .contains("That of the source, Apache-2.0, see `LICENSE.txt`.");
  }

  @Test
  void promptsRefuseAnotherKindOfArtifact() {
    String corpus = folder.resolve("corpus").toString();
    try (ArtifactWriter writer =
        ArtifactWriter.claim(corpus, context().hadoop(), Claim.of("key"), false)) {
      writer.commit(ManifestDraft.of("corpus", "prepare-text", "text", 1));
    }
    assertThatThrownBy(() -> Prompts.open(spark(), context().hadoop(), corpus, "sample.prompts"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("sample.prompts")
        .hasMessageContaining("corpus");
  }

  static List<Arguments> broken() {
    return List.of(
        Arguments.of(
            ConfigException.class,
            "there is no \"additon\"; the nearest is task:addition",
            List.of("preparePrompts.source=task:additon")),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.chain.links (--set) is for task:cloze-chain, not for task:addition",
            List.of("preparePrompts.source=task:addition", "preparePrompts.chain.links=3")),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.template (--set) is not for tasks",
            List.of("preparePrompts.source=task:addition", "preparePrompts.template={a}")),
        Arguments.of(
            ConfigException.class,
            "task:addition wants digits within 1..18",
            List.of("preparePrompts.source=task:addition", "preparePrompts.addition.maximum=19")),
        Arguments.of(
            ConfigException.class,
            "plants noise of its own",
            List.of("preparePrompts.source=task:skill-pool", "preparePrompts.noise.swapped=0.1")),
        Arguments.of(
            ConfigException.class,
            "must sum to at most 1",
            List.of(
                "preparePrompts.source=task:addition",
                "preparePrompts.noise.swapped=0.6",
                "preparePrompts.noise.garbled=0.6")),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.count (--set) is for tasks",
            List.of("preparePrompts.source=wordnet", "preparePrompts.count=3")),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.tokenizer (--set) cannot be",
            List.of("preparePrompts.source=task:addition", "preparePrompts.tokenizer=bytes")),
        Arguments.of(
            ConfigException.class,
            "three shares",
            List.of("preparePrompts.source=task:addition", "preparePrompts.split=[0.5, 0.6]")),
        Arguments.of(
            DataException.class,
            "because each holds what the tokenizer cannot write",
            List.of("preparePrompts.source=task:mod-sum", "preparePrompts.tokenizer=alphabet:ab")),
        Arguments.of(
            DataException.class,
            "plain text by its name",
            List.of("preparePrompts.source=FOLDER/text.txt")),
        Arguments.of(
            DataException.class, "jq -c", List.of("preparePrompts.source=FOLDER/array.json")),
        Arguments.of(
            DataException.class,
            "No row of FOLDER/empty.jsonl is a JSON object",
            List.of("preparePrompts.source=FOLDER/empty.jsonl")),
        Arguments.of(
            DataException.class,
            "FOLDER/text.txt is text; expected a jar of sources",
            List.of("preparePrompts.source=javadoc:FOLDER/text.txt")),
        Arguments.of(
            DataException.class, "absent.jar", List.of("preparePrompts.source=javadoc:absent.jar")),
        Arguments.of(
            DataException.class, "FOLDER/absent", List.of("preparePrompts.source=FOLDER/absent")));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenInputIsExplainedAndNothingIsPublished(
      Class<? extends AccelerantException> type, String message, List<String> sets)
      throws IOException {
    write("text.txt", "a text");
    write("array.json", "[", "  {", "  \"question\": \"a\"", "  }", "]");
    Files.createFile(folder.resolve("empty.jsonl"));
    String[] here =
        sets.stream().map(set -> set.replace("FOLDER", folder.toString())).toArray(String[]::new);
    assertThatThrownBy(() -> JOB.run(context(), config(here)))
        .isInstanceOf(type)
        .hasMessageContaining(message.replace("FOLDER", folder.toString()));
    assertThat(folder.resolve("prompts")).doesNotExist();
  }
}
