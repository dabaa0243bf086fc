package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObjectStoreTest {
  private static final String URI = "s3a://bucket/models/lsd";
  private static final ManifestDraft DRAFT = ManifestDraft.of("sampler", "lsd", "demo", 42);
  private Configuration hadoop;

  @BeforeEach
  void empty() {
    hadoop = MemoryObjectStore.configuration();
  }

  private ArtifactWriter claim() {
    return ArtifactWriter.claim(URI, hadoop, Claim.of("key"), false);
  }

  private void publish() throws IOException {
    try (ArtifactWriter writer = claim()) {
      writer.write("a/b.txt", "text");
      writer.write(
          "model.safetensors",
          Safetensors.bytes(List.of(Tensor.of("w", new long[] {2}, 1f, 2f)), Map.of()));
      assertThat(writer.tableUri("t")).isEqualTo(URI + "/t");
      for (String name : List.of("_SUCCESS", "part=1/x.parquet")) {
        MemoryObjectStore.OBJECTS.put(
            "/models/lsd/t/" + name, name.getBytes(StandardCharsets.UTF_8));
      }
      writer.commit(DRAFT);
    }
  }

  @Test
  void publishedArtifactVerifies() throws IOException {
    publish();

    Artifact artifact = Artifact.open(URI, hadoop);

    assertThat(artifact.uri()).isEqualTo(URI);
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.read("a/b.txt")).asString().isEqualTo("text");
    assertThat(artifact.tableUri("t")).isEqualTo(URI + "/t");
    try (InputStream in = artifact.open("a/b.txt");
        SafetensorsFile file = artifact.safetensors("model.safetensors")) {
      assertThat(in.readAllBytes()).hasSize(4);
      assertThat(file.tensor("w").toFloats()).containsExactly(1f, 2f);
    }
    try (SafetensorsFile file = InputFile.safetensors(URI + "/model.safetensors", hadoop)) {
      assertThat(file.names()).containsExactly("w");
    }
    assertThatThrownBy(() -> InputFile.safetensors(URI + "/none", hadoop))
        .isInstanceOf(DataException.class);
    assertThat(MemoryObjectStore.OBJECTS.keySet())
        .containsExactly(
            "/models/lsd/_claim",
            "/models/lsd/a/b.txt",
            "/models/lsd/manifest.json",
            "/models/lsd/model.safetensors",
            "/models/lsd/t/part=1/x.parquet");
    assertThatThrownBy(this::claim).hasMessageContaining("already an artifact");
  }

  @Test
  void closingWithoutCommitLeavesNoObject() {
    try (ArtifactWriter writer = claim()) {
      writer.write("a/b.txt", "text");
    }
    assertThat(MemoryObjectStore.OBJECTS).isEmpty();
    assertThatThrownBy(() -> Artifact.open(URI, hadoop)).hasMessage(URI + " does not exist.");
  }

  @Test
  void conflictShowsAtCloseAndIsRecognised() throws IOException {
    Store store = Store.at(URI, hadoop);
    store.createExclusive("x", new byte[] {1});
    assertThatThrownBy(() -> store.createExclusive("x", new byte[] {2}))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(store.read("x", 10)).containsExactly(1);
  }

  @Test
  void lostAnswerIsACommit() throws IOException {
    MemoryObjectStore.mode = MemoryObjectStore.Mode.ANSWER_LOST;
    publish();
    assertThat(Artifact.open(URI, hadoop).verify()).isEmpty();
  }

  @Test
  void storeWithoutTheConditionIsRefusedAtTheStart() {
    MemoryObjectStore.mode = MemoryObjectStore.Mode.IGNORED;
    assertThatThrownBy(this::claim)
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("ignores the condition");
    MemoryObjectStore.mode = MemoryObjectStore.Mode.UNSUPPORTED;
    assertThatThrownBy(this::claim)
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("no conditional create");
    assertThat(MemoryObjectStore.OBJECTS).isEmpty();
  }

  @Test
  void versionsAndCheckpointsWork() {
    for (int version = 1; version <= 2; version++) {
      try (ArtifactWriter writer =
          ArtifactWriter.claim("s3a://bucket/m/v{version}", hadoop, Claim.of("key"), false)) {
        assertThat(writer.uri()).isEqualTo("s3a://bucket/m/v" + version);
        StageStore stages =
            StageStore.open(
                writer.checkpointUri(), hadoop, Map.of("a", 1), "auto", Progress.SILENT);
        stages.save("fit", Map.of("x", 0.1));
        assertThat(
                StageStore.open(
                        writer.checkpointUri(), hadoop, Map.of("a", 1), "auto", Progress.SILENT)
                    .load("fit"))
            .contains(Map.of("x", 0.1));
        writer.commit(DRAFT);
        stages.delete();
      }
    }
    assertThat(Artifact.open("s3a://bucket/m/latest", hadoop).uri()).isEqualTo("s3a://bucket/m/v2");
    assertThat(MemoryObjectStore.OBJECTS.keySet()).noneMatch(key -> key.contains("_checkpoints"));
  }

  @Test
  void otherSchemesAreReadButNotWritten() throws IOException {
    publish();
    hadoop.set("fs.other.impl", MemoryObjectStore.class.getName());
    hadoop.setBoolean("fs.other.impl.disable.cache", true);

    assertThat(Artifact.open(URI.replace("s3a:", "other:"), hadoop).verify()).isEmpty();
    assertThatThrownBy(
            () -> ArtifactWriter.claim("other://bucket/x", hadoop, Claim.of("key"), false))
        .hasMessageContaining("has no exclusive create");
    assertThatThrownBy(() -> Artifact.open("gs://bucket/x", hadoop))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("Cannot use gs://bucket/x");
  }

  @Test
  void missingJarOfAFileSystemIsExplained() {
    hadoop.set("fs.s3a.impl", "org.apache.hadoop.fs.s3a.NotThere");
    assertThatThrownBy(() -> Artifact.open(URI, hadoop))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContainingAll("Cannot use " + URI, "NotThere not found");
  }
}
