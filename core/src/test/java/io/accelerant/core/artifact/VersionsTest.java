package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionsTest {
  private static final Configuration HADOOP = new Configuration();
  private static final ManifestDraft DRAFT = ManifestDraft.of("sampler", "lsd", "demo", 42);

  @TempDir Path dir;

  private String resolve(String output, String key) {
    return Versions.resolve(dir + "/" + output, HADOOP, key);
  }

  private ArtifactWriter claim(String key) {
    return ArtifactWriter.claim(dir + "/lsd-{version}", HADOOP, Claim.of(key), false);
  }

  @Test
  void numbersCountUpAndLatestFollowsTheCommits() {
    for (int version = 1; version <= 3; version++) {
      try (ArtifactWriter writer = claim("key")) {
        assertThat(writer.uri()).isEqualTo(dir + "/lsd-" + version);
        writer.write("a.txt", "version " + version);
        writer.commit(DRAFT);
      }
      assertThat(dir.resolve("latest")).hasContent("lsd-" + version);
      assertThat(Artifact.open(dir + "/latest", HADOOP).read("a.txt"))
          .asString()
          .isEqualTo("version " + version);
    }
  }

  @Test
  void uncommittedVersionMovesNothing() {
    try (ArtifactWriter writer = claim("key")) {
      writer.write("a.txt", "x");
    }
    assertThat(dir.resolve("latest")).doesNotExist();
    assertThat(resolve("lsd-{version}", "key")).endsWith("lsd-1");
  }

  @Test
  void concurrentRunsTakeDifferentNumbers() {
    try (ArtifactWriter one = claim("key");
        ArtifactWriter two = claim("key")) {
      assertThat(one.uri()).isEqualTo(dir + "/lsd-1");
      assertThat(two.uri()).isEqualTo(dir + "/lsd-2");
    }
  }

  @Test
  void deadRunOfTheSameWorkIsContinuedInItsDirectory() throws IOException {
    Faults.withDeadClaim(Store.at(dir + "/lsd-4", HADOOP), "key");
    Faults.withDeadClaim(Store.at(dir + "/lsd-7", HADOOP), "other");

    assertThat(resolve("lsd-{version}", "key")).isEqualTo(dir + "/lsd-4");
    assertThat(resolve("lsd-{version}", "new")).isEqualTo(dir + "/lsd-8");
    try (ArtifactWriter writer = claim("key")) {
      assertThat(writer.uri()).isEqualTo(dir + "/lsd-4");
    }
  }

  @Test
  void stoppedRunWithACheckpointIsContinuedInItsDirectory() {
    Map<String, ?> identity = Map.of("lsd.steps", 8);
    String key = StageStore.resumeKey(identity);
    try (ArtifactWriter writer = claim(key)) {
      StageStore.open(writer.checkpointUri(), HADOOP, identity, "auto", Progress.SILENT)
          .save("fit", Map.of("x", 1));
    }

    assertThat(resolve("lsd-{version}", key)).isEqualTo(dir + "/lsd-1");
    assertThat(resolve("lsd-{version}", "other")).isEqualTo(dir + "/lsd-2");
  }

  @Test
  void otherNamesDoNotCount() throws IOException {
    for (String name : new String[] {"lsd-07", "lsd-x", "xlsd-9", "lsd-9x", "lsd-0", "lsd-"}) {
      Files.createDirectories(dir.resolve(name));
    }
    assertThat(resolve("lsd-{version}", "key")).endsWith("/lsd-1");
    assertThat(resolve("plain", "key")).isEqualTo(dir + "/plain");
    assertThat(resolve("deep/er/{version}/", "key")).isEqualTo(dir + "/deep/er/1/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{version}/model", "{version}-{version}"})
  void placeOfTheVersionIsChecked(String output) {
    assertThatThrownBy(() -> resolve(output, "key"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("{version} must stand once, in the last part");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other", "", "a/b", "/etc"})
  void pointerToElsewhereIsRefused(String target) throws IOException {
    Files.writeString(dir.resolve("latest"), target);
    assertThatThrownBy(() -> Artifact.open(dir + "/latest", HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is no pointer");
  }

  @Test
  void failureThatIsNoRaceIsReportedAtOnce() throws IOException {
    Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(
            () -> ArtifactWriter.claim(dir + "/file/{version}", HADOOP, Claim.of("key"), false))
        .isInstanceOf(ArtifactException.class);
  }
}
