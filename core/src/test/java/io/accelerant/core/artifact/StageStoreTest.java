package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageStoreTest {
  private static final Map<String, ?> IDENTITY =
      Map.of("lsd.steps", List.of(8, 16), "run.seed", 42L, "input.corpus", "abc", "lsd.rate", 0.1);

  @TempDir Path temp;
  private Path dir;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void choose() {
    dir = temp.resolve("out/_checkpoints");
  }

  private StageStore open(Map<String, ?> identity, String mode) {
    return StageStore.open(dir.toString(), new Configuration(), identity, mode, said::add);
  }

  private StageStore open() {
    return open(IDENTITY, "auto");
  }

  @Test
  void savedStageComesBackBitEqual() {
    open().save("fit.m8", Map.of("phi", new double[] {0.1, 1.0 / 3, -0.0}, "n", 3, "s", "x"));

    StageStore resumed = open();

    assertThat(resumed.load("fit.m8"))
        .contains(Map.of("phi", List.of(0.1, 1.0 / 3, -0.0), "n", 3, "s", "x"));
    assertThat(resumed.load("fit.m16")).isEmpty();
    assertThat(resumed.loaded()).isEqualTo(1);
    assertThat(said).isEmpty();
  }

  @Test
  void openingWritesNothing() {
    open();
    open(IDENTITY, "never");
    assertThat(dir).doesNotExist();
  }

  @Test
  void otherIdentityIsAnErrorThatNamesTheKeyAndBothValues() {
    open().save("fit", Map.of());

    assertThatThrownBy(
            () ->
                open(
                    Map.of(
                        "lsd.steps",
                        List.of(8, 32),
                        "run.seed",
                        43,
                        "input.corpus",
                        "abc",
                        "lsd.rate",
                        0.1),
                    "auto"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            dir.toString(), "lsd.steps = [8,16], this run has [8,32]", "run.resume=never");
    assertThatThrownBy(() -> open(Map.of("lsd.rate", 0.1), "require"))
        .hasMessageContaining("input.corpus = \"abc\", this run has (nothing)");
  }

  @Test
  void neverDropsWhatIsThereAtTheFirstSave() {
    open().save("fit", Map.of("x", 1));

    StageStore fresh = open(Map.of("lsd.steps", 4), "never");
    assertThat(fresh.load("fit")).isEmpty();
    fresh.save("other", Map.of("x", 2));

    StageStore next = open(Map.of("lsd.steps", 4), "require");
    assertThat(next.load("fit")).isEmpty();
    assertThat(next.load("other")).contains(Map.of("x", 2));
  }

  @Test
  void requireNeedsAStage() {
    assertThatThrownBy(() -> open(IDENTITY, "require"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("run.resume = require, but there is no checkpoint at " + dir);
  }

  @Test
  void damagedStageIsReportedAndComputedAgain() throws IOException {
    open().save("fit", Map.of("x", 0.25));
    open().save("cut", Map.of("x", 0.25));
    Path fit = dir.resolve("fit.stage.json");
    Files.writeString(fit, Files.readString(fit).replace("0.25", "0.26"));
    Files.writeString(dir.resolve("cut.stage.json"), "{\"stage\":");

    StageStore resumed = open();

    assertThat(resumed.load("fit")).isEmpty();
    assertThat(resumed.load("cut")).isEmpty();
    assertThat(said).hasSize(2).allMatch(line -> line.contains("is damaged and is computed again"));
    resumed.save("fit", Map.of("x", 0.5));
    assertThat(open().load("fit")).contains(Map.of("x", 0.5));
  }

  @Test
  void stageOfAnotherNameOrIdentityIsNotBelieved() throws IOException {
    open().save("a", Map.of("x", 1));
    Files.copy(dir.resolve("a.stage.json"), dir.resolve("b.stage.json"));
    assertThat(open().load("b")).isEmpty();

    Files.copy(dir.resolve("a.stage.json"), temp.resolve("kept"));
    open(Map.of("k", 1), "never").save("c", Map.of());
    Files.copy(temp.resolve("kept"), dir.resolve("a.stage.json"));
    assertThat(open(Map.of("k", 1), "auto").load("a")).isEmpty();
  }

  @Test
  void damagedIdentityDropsTheStages() throws IOException {
    open().save("fit", Map.of("x", 1));
    Files.writeString(dir.resolve("identity.json"), "{}");

    StageStore store = open();

    assertThat(store.load("fit")).isEmpty();
    assertThat(said).singleElement().asString().contains("its stages are dropped");
    store.save("other", Map.of());
    assertThat(dir.resolve("fit.stage.json")).doesNotExist();
  }

  @Test
  void deleteRemovesOwnNamesOnly() throws IOException {
    StageStore store = open();
    store.save("fit", Map.of());
    Files.writeString(dir.resolve("mine.txt"), "x");
    store.delete();
    assertThat(dir).isDirectoryContaining("glob:**mine.txt");
    assertThat(dir.toFile().list()).hasSize(1);

    Files.delete(dir.resolve("mine.txt"));
    store.save("fit", Map.of());
    store.delete();
    assertThat(dir).doesNotExist();
  }

  @Test
  void failureToSaveNamesTheFile() throws IOException {
    StageStore store = open();
    Files.writeString(temp.resolve("out"), "x");
    assertThatThrownBy(() -> store.save("fit", Map.of()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("Cannot write the checkpoint");
  }

  @Test
  void resumeKeyDependsOnValuesNotOnOrderOrNumberType() {
    assertThat(StageStore.resumeKey(Map.of("a", 1, "b", 2.0)))
        .isEqualTo(StageStore.resumeKey(new java.util.TreeMap<>(Map.of("b", 2.0, "a", 1L))))
        .isNotEqualTo(StageStore.resumeKey(Map.of("a", 1, "b", 2.5)))
        .hasSize(64);
  }
}
