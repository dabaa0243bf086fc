package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactWriterTest {
  private static final Configuration HADOOP = new Configuration();
  private static final ManifestDraft DRAFT =
      ManifestDraft.of("sampler", "lsd", "demo", 42).withMetrics(Map.of("loss", 0.1));

  @TempDir Path dir;

  @Test
  void committedFilesReadBackAndVerify() {
    String uri = dir.resolve("a").toString();
    Manifest manifest;
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, HADOOP, Claim.of("key"), false)) {
      writer.writeJson("sampler.json", Map.of("phi", new double[] {1, 0.1}));
      writer.write("plots/a.txt", "plot");
      manifest = writer.commit(DRAFT);
    }

    Artifact artifact = Artifact.open("file://" + uri, HADOOP);

    assertThat(artifact.manifest()).isEqualTo(manifest);
    assertThat(artifact.readJson("sampler.json")).isEqualTo(Map.of("phi", List.of(1.0, 0.1)));
    assertThat(artifact.verify()).isEmpty();
    assertThat(manifest.identity()).containsOnlyKeys("sampler.json");
  }

  @Test
  void closingWithoutCommitLeavesNothing() {
    Path target = dir.resolve("b");
    try (ArtifactWriter writer =
        ArtifactWriter.claim(target.toString(), HADOOP, Claim.of("key"), false)) {
      writer.write("plots/a.txt", "plot");
    }

    assertThat(Files.exists(target)).isFalse();
    assertThatThrownBy(() -> Artifact.open(target.toString(), HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("does not exist");
  }
}
