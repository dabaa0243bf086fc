package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void publish() throws IOException {
    dir = temp.resolve("out");
    try (ArtifactWriter writer =
        ArtifactWriter.claim(dir.toString(), HADOOP, Claim.of("key"), false)) {
      writer.writeJson("sampler.json", Map.of("phi", List.of(1.5)));
      writer.write(
          "model.safetensors",
          Safetensors.bytes(List.of(Tensor.of("w", new long[] {2}, 1f, 2f)), Map.of()));
      writer.write("bad.safetensors", "12345678");
      writer.tableUri("samples");
      Files.createDirectories(dir.resolve("samples/_part=1"));
      Files.writeString(dir.resolve("samples/_part=1/a.parquet"), "rows");
      writer.commit(
          ManifestDraft.of("samples", "sample", "demo", 7)
              .withTable("samples", "cd".repeat(32))
              .withParent("model", "out/m", "ab".repeat(32))
              .withMetrics(Map.of("loss", 0.5)));
    }
  }

  private Artifact open() {
    return Artifact.open(dir.toString(), HADOOP);
  }

  private static void refused(Runnable read, String... parts) {
    assertThatThrownBy(read::run)
        .isInstanceOf(ArtifactException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void changedFileIsNeverHandedOut() throws IOException {
    Artifact artifact = open();
    String text = Files.readString(dir.resolve("sampler.json"));
    Files.writeString(dir.resolve("sampler.json"), text.replace("1.5", "2.5"));

    refused(() -> artifact.read("sampler.json"), "sampler.json has changed: expected sha256");
    refused(() -> artifact.open("sampler.json"), "sampler.json has changed: expected sha256");
    refused(artifact::verify, "sampler.json has changed", "found");
  }

  @Test
  void truncatedAndMissingFilesAreNamed() throws IOException {
    Artifact artifact = open();
    Files.writeString(dir.resolve("sampler.json"), "{");
    Files.delete(dir.resolve("model.safetensors"));

    refused(() -> artifact.read("sampler.json"), "expected", "bytes, found 1");
    refused(() -> artifact.read("model.safetensors"), "model.safetensors is missing (expected");
    refused(() -> artifact.safetensors("model.safetensors"), "is missing");
    refused(artifact::verify, "sampler.json has changed", "model.safetensors is missing");
  }

  @Test
  void streamVerifiesTwice() throws IOException {
    try (InputStream in = open().open("sampler.json")) {
      assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(dir.resolve("sampler.json")));
    }
    String text = Files.readString(dir.resolve("sampler.json"));
    try (InputStream in = open().open("sampler.json")) {
      Files.writeString(dir.resolve("sampler.json"), text.replace("1.5", "2.5"));
      refused(
          () -> {
            try {
              in.readAllBytes();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          },
          "sampler.json has changed");
    }
  }

  @Test
  void tablesAreVerifiedAndExtraFilesInThemRefused() throws IOException {
    assertThat(open().tableUri("samples")).isEqualTo("file://" + dir + "/samples");
    refused(() -> open().tableUri("other"), "holds no table other", "kind samples");

    Files.writeString(dir.resolve("samples/_hidden"), "x");
    assertThat(open().tableUri("samples")).isNotEmpty();
    Files.writeString(dir.resolve("samples/more.parquet"), "x");
    refused(() -> open().tableUri("samples"), "samples/more.parquet is not in the manifest");
    Files.delete(dir.resolve("samples/more.parquet"));
    Files.writeString(dir.resolve("samples/_part=1/a.parquet"), "rowz");
    refused(() -> open().tableUri("samples"), "samples/_part=1/a.parquet has changed");
  }

  @Test
  void extraFilesAreAWarning() throws IOException {
    Files.writeString(dir.resolve("notes.txt"), "x");

    assertThat(open().verify()).containsExactly("notes.txt");
    assertThat(ArtifactReport.verify(open()))
        .contains("4 files verified", "warning: notes.txt is not in the manifest");
  }

  @Test
  void statedIdentityMustFit() throws IOException {
    Manifest m = open().manifest();
    Map<String, String> identity = new java.util.TreeMap<>(m.identity());
    identity.put("sampler.json", "00".repeat(32));
    Manifest forged =
        new Manifest(
            m.kind(),
            m.method(),
            m.name(),
            m.runId(),
            m.created(),
            m.codeVersion(),
            m.seed(),
            m.config(),
            m.files(),
            m.parents(),
            identity,
            Manifest.contentHash(m.kind(), m.method(), identity),
            m.metrics());
    Files.write(dir.resolve("manifest.json"), CanonicalJson.bytes(forged.toJson()));

    refused(() -> open().verify(), "sampler.json does not have the hash stated in identity");
  }

  @Test
  void absenceIsExplained() throws IOException {
    refused(() -> Artifact.open(temp.resolve("none").toString(), HADOOP), "none does not exist.");
    Files.createDirectories(temp.resolve("empty"));
    refused(
        () -> Artifact.open(temp.resolve("empty").toString(), HADOOP),
        "is not an artifact: no manifest.json.");
    Store claimed = Faults.withDeadClaim(Store.at(temp.resolve("c").toString(), HADOOP), "key");
    refused(() -> Artifact.open(claimed.uri(), HADOOP), "it is unfinished work of run dead-run");
    assertThat(Artifact.find(claimed.uri(), HADOOP)).isEmpty();
    assertThat(Artifact.find(dir.toString(), HADOOP)).isPresent();
    Files.writeString(dir.resolve("manifest.json"), "{");
    refused(() -> Artifact.find(dir.toString(), HADOOP), "manifest.json is not valid JSON");
    refused(() -> Artifact.open("", HADOOP), "needs a URI");
  }

  @Test
  void filesAndKindsThatAreNotThereAreNamed() {
    refused(() -> open().read("x.json"), "holds no file x.json", "method sample");
    refused(() -> open().read("../out/sampler.json"), "holds no file");
    refused(() -> open().requireKind("model", "lsd.teacher"), "lsd.teacher needs an artifact of");
    assertThat(open().requireKind("samples", "x").holds("sampler.json")).isTrue();
  }

  @Test
  void tensorsAreReadFromAVerifiedFile() throws IOException {
    try (SafetensorsFile file = open().safetensors("model.safetensors")) {
      assertThat(file.tensor("w").toFloats()).containsExactly(1f, 2f);
    }
    refused(() -> open().safetensors("bad.safetensors"), "states a header of");
    byte[] bytes = Files.readAllBytes(dir.resolve("model.safetensors"));
    bytes[bytes.length - 1]++;
    Files.write(dir.resolve("model.safetensors"), bytes);
    refused(() -> open().safetensors("model.safetensors"), "model.safetensors has changed");
  }

  @Test
  void copiedDirectoryStillVerifies() throws IOException {
    Path copy = temp.resolve("copy");
    try (Stream<Path> tree = Files.walk(dir)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Files.copy(path, copy.resolve(dir.relativize(path).toString()));
      }
    }
    assertThat(Artifact.open(copy.toString(), HADOOP).verify()).isEmpty();
  }

  @Test
  void exportIsTheSameArtifact() {
    String target = ArtifactReport.export(open(), temp.resolve("export").toString(), HADOOP);

    Artifact copy = Artifact.open(target, HADOOP);
    assertThat(copy.verify()).isEmpty();
    assertThat(copy.manifest()).isEqualTo(open().manifest());
    assertThat(copy.tableUri("samples")).isNotEmpty();
    refused(
        () -> ArtifactReport.export(open(), temp.resolve("export").toString(), HADOOP),
        "already an artifact");
  }

  @Test
  void exportOfAChangedArtifactLeavesNothing() throws IOException {
    Artifact artifact = open();
    Files.writeString(dir.resolve("sampler.json"), "{}");

    refused(
        () -> ArtifactReport.export(artifact, temp.resolve("export").toString(), HADOOP),
        "sampler.json has changed");
    assertThat(temp.resolve("export")).doesNotExist();
  }

  @Test
  void showTellsWhatAndWherefrom() {
    assertThat(ArtifactReport.show(open()))
        .contains(
            "kind         samples\n",
            "seed         7\n",
            "made from    model out/m abab",
            "metrics\n  loss = 0.5\n",
            "samples/_part=1/a.parquet\n",
            "bytes in 4 files\n");
  }
}
