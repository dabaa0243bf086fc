package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LsdSchedulesTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  /** Three steps first, and under {@code schedules} those of 3, of 1 and, wrongly, of 7. */
  private static Map<String, Object> several() {
    Map<String, Object> one = LsdScheduleTest.json();
    one.putAll(Map.of("M", 1, "times", List.of(1.0, 1e-3), "phi", List.of(1.5)));
    Map<String, Object> all = LsdScheduleTest.json();
    all.put("schedules", Map.of("m3", LsdScheduleTest.json(), "m1", one, "m7", one));
    return all;
  }

  private String file(Map<String, Object> json) throws IOException {
    return Files.write(folder.resolve("sampler.json"), CanonicalJson.bytes(json)).toString();
  }

  private String artifact(String kind) {
    String uri = folder.resolve(kind).toString();
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, HADOOP, Claim.of("key"), false)) {
      writer.writeJson("sampler.json", several());
      JobConfig config =
          JobConfig.load(
              List.of(), List.of("run.output=" + uri, "lsd.teacher=unused"), LsdKeys.ALL);
      writer.commit(ManifestDraft.of(kind, "lsd", config));
    }
    return uri;
  }

  private static int steps(LsdSchedules schedules, Integer asked) {
    return schedules.schedule(Optional.ofNullable(asked)).steps();
  }

  @Test
  void aBareFileIsRead() throws IOException {
    String uri = file(several());
    LsdSchedules schedules = LsdSchedules.open(uri, HADOOP);
    assertThat(steps(schedules, null)).isEqualTo(3);
    assertThat(steps(schedules, 3)).isEqualTo(3);
    assertThat(steps(schedules, 1)).isEqualTo(1);
    assertThat(schedules.source().contentHash())
        .isEqualTo(CanonicalJson.sha256(Files.readAllBytes(Path.of(uri))));
  }

  @Test
  void anArtifactIsRead() {
    LsdSchedules schedules = LsdSchedules.open(artifact("sampler"), HADOOP);
    assertThat(steps(schedules, null)).isEqualTo(3);
    assertThat(steps(schedules, 1)).isEqualTo(1);
    assertThat(schedules.source().role()).isEqualTo("sampler");
  }

  @Test
  void aChangedArtifactIsRefused() throws IOException {
    String uri = artifact("sampler");
    Path sampler = Path.of(uri, "sampler.json");
    Files.writeString(sampler, Files.readString(sampler).replace("tweedie", "euler"));
    assertThatThrownBy(() -> LsdSchedules.open(uri, HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("sampler.json has changed");
  }

  @Test
  void anArtifactOfAnotherKindIsRefused() {
    String uri = artifact("corpus");
    assertThatThrownBy(() -> LsdSchedules.open(uri, HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("of kind sampler");
  }

  @Test
  void aNumberOfStepsThatWasNotLearnedIsRefused() throws IOException {
    LsdSchedules several = LsdSchedules.open(file(several()), HADOOP);
    assertThatThrownBy(() -> steps(several, 16))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no sampler with 16 steps; it holds [")
        .hasMessageContaining("m1");
    LsdSchedules single = LsdSchedules.open(file(LsdScheduleTest.json()), HADOOP);
    assertThatThrownBy(() -> steps(single, 16)).hasMessageContaining("it holds m3");
  }

  @Test
  void aScheduleUnderAnotherNumberIsRefused() throws IOException {
    LsdSchedules schedules = LsdSchedules.open(file(several()), HADOOP);
    assertThatThrownBy(() -> steps(schedules, 7))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("schedules.m7 has 1 steps");
  }

  @Test
  void whatCannotBeReadIsExplained() throws IOException {
    assertThatThrownBy(() -> LsdSchedules.open(folder.resolve("none.json").toString(), HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("There is no file");
    assertThatThrownBy(() -> LsdSchedules.open(folder.resolve("none").toString(), HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("does not exist");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"phi\": [NaN]}");
    assertThatThrownBy(() -> LsdSchedules.open(broken.toString(), HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("not valid JSON");
    assertThatThrownBy(() -> LsdSchedules.open("nofs:/x/sampler.json", HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("nofs:/x/sampler.json");
  }
}
