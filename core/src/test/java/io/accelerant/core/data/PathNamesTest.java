package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables, artifacts and files in folders of names that Hadoop, Spark and URIs give a meaning. */
class PathNamesTest extends SparkTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  private static long count(String uri) {
    return TableSource.find(uri, HADOOP).read(spark()).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "my models",
        "p%20c",
        "a#b?",
        "c[1]",
        "{a}",
        "*",
        "modèles",
        "mode\u0300les",
        "back\\slash ",
        "2026-01-02T03:04:05+00:00",
        "_hidden",
        ".dot",
        "a=b",
        "~"
      })
  void whatIsWrittenIsReadByTheSameName(String name) throws IOException {
    Path there = folder.resolve(name);
    String uri = there.resolve("out").toString();
    Files.createDirectories(folder.resolve("a:b")); // breaks Hadoop's patterns
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, HADOOP, Claim.of("key"), false)) {
      ArtifactTables.write(spark().range(4).repartition(2).toDF("id"), "t", writer, "parquet");
      ArtifactTables.write(spark().range(3).toDF("id"), "u", writer, "json");
      assertThat(ArtifactTables.written(spark(), writer, "t").count()).isEqualTo(4);
      writer.commit(ManifestDraft.of("probe", "probe", "probe", 1));
    }
    Artifact artifact = Artifact.open(uri, HADOOP);
    assertThat(artifact.verify()).isEmpty();
    assertThat(ArtifactTables.read(spark(), artifact, "t").count()).isEqualTo(4);
    assertThat(ArtifactTables.read(spark(), artifact, "u").count()).isEqualTo(3);
    assertThat(count(uri + "/t")).isEqualTo(4);
    assertThat(count(uri + "/u.jsonl")).isEqualTo(3);
    Path text = Files.writeString(there.resolve("text.txt"), "a\nb\n");
    assertThat(count(text.toString())).isEqualTo(2);
    assertThat(InputFile.read(text.toString(), HADOOP, 9).content()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b.txt", "p%20.txt", "a#?.txt", "[1].txt", "*.txt", "é.txt"})
  void aFileIsReadByItsName(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "a\nb\n");
    Files.writeString(folder.resolve("other.txt"), "c\n");
    assertThat(count(file.toString())).isEqualTo(2);
    assertThat(count("file:" + file)).isEqualTo(2);
  }

  @Test
  void aPatternReadsFoldersOfAnyNameOnce() throws IOException {
    for (String name : List.of("r[1]", "r{2}", "s:1", "s:2")) {
      Path run = Files.createDirectories(folder.resolve(name));
      Files.writeString(run.resolve("t.txt"), name + "\n");
    }
    assertThat(count(folder + "/s:*")).isEqualTo(2);
    assertThat(count(folder + "/r*")).isEqualTo(2);
    assertThat(count(folder + "/*")).isEqualTo(4);
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path real = Files.createDirectories(folder.resolve("real"));
    Files.writeString(real.resolve("t.txt"), "a\nb\n");
    Path table = Files.createDirectories(folder.resolve("table"));
    Files.createSymbolicLink(table.resolve("1.txt"), Path.of("../real/t.txt"));
    Files.createSymbolicLink(folder.resolve("link"), real);
    assertThat(count(folder + "/table")).isEqualTo(2);
    assertThat(count(folder + "/link")).isEqualTo(2);
    assertThat(count(folder + "/link/t.txt")).isEqualTo(2);
  }

  @Test
  void filesThatSparkWouldLeaveOutAreNamed() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "a\n");
    Path lost = Files.createSymbolicLink(folder.resolve("b.txt"), Path.of("nowhere"));
    refused("b.txt is a link to nothing");
    Files.delete(lost);
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), folder);
    refused("loop is a link that leads back");
    Files.delete(loop);
    Files.writeString(folder.resolve("part-03:04.txt"), "b\n");
    refused("part-03:04.txt has a colon in its own name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"_x.txt", ".x.txt"})
  void aFileThatSparkTakesForNoDataIsNamed(String name) throws IOException {
    refused(
        Files.writeString(folder.resolve(name), "a\n"), "Spark reads no file whose name begins");
  }

  private void refused(String why) {
    refused(folder, why);
  }

  private void refused(Path source, String why) {
    assertThatThrownBy(() -> TableSource.find(source.toString(), HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(why);
  }
}
