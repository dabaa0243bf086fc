package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.CommitUnknownException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactWriterTest {
  private static final Configuration HADOOP = new Configuration();
  private static final ManifestDraft DRAFT =
      ManifestDraft.of("sampler", "lsd", "demo", 42).withMetrics(Map.of("loss", 0.1));

  @TempDir Path temp;
  private Path dir;
  private Store store;

  @BeforeEach
  void makeStore() {
    dir = temp.resolve("out");
    store = Store.at(dir.toString(), HADOOP);
  }

  private ArtifactWriter claim() {
    return claim(store);
  }

  private static ArtifactWriter claim(Store store) {
    return ArtifactWriter.claim(store, Claim.of("key"), false, false);
  }

  @Test
  void committedFilesReadBackAndVerify() throws IOException {
    Manifest manifest;
    try (ArtifactWriter writer =
        ArtifactWriter.claim("file:" + dir, HADOOP, Claim.of("key"), false)) {
      writer.writeJson("sampler.json", Map.of("phi", new double[] {1, 0.1}));
      writer.write("plots/a.txt", "plot");
      manifest = writer.commit(DRAFT);
    }

    Artifact artifact = Artifact.open("file://" + dir, HADOOP);

    assertThat(artifact.manifest()).isEqualTo(manifest);
    assertThat(artifact.readJson("sampler.json")).isEqualTo(Map.of("phi", List.of(1.0, 0.1)));
    assertThat(artifact.verify()).isEmpty();
    assertThat(manifest.identity()).containsOnlyKeys("sampler.json");
    assertThat(manifest.files())
        .extracting(Manifest.FileEntry::path)
        .containsExactly("plots/a.txt", "sampler.json");
    assertThat(store.files(""))
        .extracting(Store.Listed::name)
        .containsExactly("_claim", "manifest.json", "plots/a.txt", "sampler.json");
  }

  @Test
  void contentHashDependsOnContentOnly() {
    String first;
    try (ArtifactWriter writer = claim(store.child("a"))) {
      writer.write("config.json", "{\"a\":1.0,\"b\":2}");
      writer.write("report.md", "one");
      first = writer.commit(DRAFT).contentHash();
    }
    try (ArtifactWriter writer = claim(store.child("b"))) {
      writer.write("config.json", "{ \"b\": 2, \"a\": 1.0000 }");
      writer.write("report.md", "two");
      assertThat(writer.commit(ManifestDraft.of("sampler", "lsd", "x", 1)).contentHash())
          .isEqualTo(first);
    }
    try (ArtifactWriter writer = claim(store.child("c"))) {
      writer.write("config.json", "{\"a\":1.5,\"b\":2}");
      assertThat(writer.commit(DRAFT).contentHash()).isNotEqualTo(first);
    }
  }

  @Test
  void closingWithoutCommitLeavesNothing() {
    try (ArtifactWriter writer = claim()) {
      writer.write("plots/a.txt", "plot");
    }

    assertThat(dir).doesNotExist();
    assertThatThrownBy(() -> Artifact.open(dir.toString(), HADOOP))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("does not exist");
  }

  @Test
  void closingWithoutCommitTouchesNoForeignFile() throws IOException {
    try (ArtifactWriter writer = claim()) {
      writer.write("plots/a.txt", "plot");
      Files.writeString(dir.resolve("plots/mine.txt"), "x");
      Files.createDirectories(dir.resolve("_checkpoints"));
      Files.writeString(dir.resolve("_checkpoints/keep"), "x");
    }

    assertThat(store.files(""))
        .extracting(Store.Listed::name)
        .containsExactly("_checkpoints/keep", "plots/mine.txt");
  }

  @Test
  void replacedWriterNeitherWritesNorCommitsNorCleansUp() throws IOException {
    ArtifactWriter older =
        ArtifactWriter.claim(store, Faults.deadClaim("older", "key"), false, false);
    older.write("a.txt", "old");
    try (ArtifactWriter newer = claim()) {
      newer.write("a.txt", "new");

      assertThatThrownBy(() -> older.write("b.txt", "x")).hasMessageContaining("was taken over");
      assertThatThrownBy(() -> older.tableUri("t")).hasMessageContaining("was taken over");
      assertThatThrownBy(() -> older.commit(DRAFT))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("was taken over");
      older.close();
      newer.commit(DRAFT);
    }

    assertThat(Artifact.open(dir.toString(), HADOOP).read("a.txt")).asString().isEqualTo("new");
    assertThat(dir.resolve("b.txt")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "../a",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "_a",
        "a/_b",
        ".a",
        "a:b",
        "a\\b",
        "a\u0000b",
        "manifest.json"
      })
  void namesThatLeaveTheDirectoryOrAreReservedAreRefused(String name) {
    try (ArtifactWriter writer = claim()) {
      assertThatThrownBy(() -> writer.write(name, "x"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.tableUri(name)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void nameIsWrittenOnce() {
    try (ArtifactWriter writer = claim()) {
      writer.write("a", "x");
      assertThatThrownBy(() -> writer.write("a", "y")).hasMessageContaining("collides");
      assertThatThrownBy(() -> writer.tableUri("a/b")).hasMessageContaining("collides");
    }
  }

  @Test
  void openStreamCannotBeCommitted() throws IOException {
    try (ArtifactWriter writer = claim();
        OutputStream out = writer.create("a")) {
      out.write(1);
      assertThatThrownBy(() -> writer.commit(DRAFT)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void fileThatDoesNotReadBackStopsTheCommit() throws IOException {
    try (ArtifactWriter writer = claim()) {
      writer.write("a.txt", "abc");
      Files.writeString(dir.resolve("a.txt"), "abd");

      assertThatThrownBy(() -> writer.commit(DRAFT))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("a.txt has changed: expected sha256");
    }
    assertThat(dir).doesNotExist();
  }

  @Test
  void tableFilesAreHashedAndHiddenOnesRemoved() throws IOException {
    try (ArtifactWriter writer = claim()) {
      assertThat(writer.tableUri("corpus")).isEqualTo("file://" + dir + "/corpus");
      Path table = dir.resolve("corpus");
      for (String name :
          List.of("_SUCCESS", ".x.crc", "x.parquet", "split=a/y.parquet", "_temporary/0/z")) {
        Files.createDirectories(table.resolve(name).getParent());
        Files.writeString(table.resolve(name), name);
      }
      writer.commit(
          ManifestDraft.of("corpus", "prepare-text", "c", 1).withTable("corpus", "ab".repeat(32)));
    }

    Artifact artifact = Artifact.open(dir.toString(), HADOOP);
    assertThat(artifact.manifest().files())
        .extracting(Manifest.FileEntry::path)
        .containsExactly("corpus/split=a/y.parquet", "corpus/x.parquet");
    assertThat(artifact.manifest().identity()).containsEntry("corpus", "ab".repeat(32));
    assertThat(artifact.tableUri("corpus")).isEqualTo("file://" + dir + "/corpus");
    assertThat(store.children("corpus")).containsExactly("split=a", "x.parquet");
  }

  @Test
  void tableThatWasNotWrittenStopsTheCommit() {
    try (ArtifactWriter writer = claim()) {
      writer.tableUri("corpus");
      assertThatThrownBy(() -> writer.commit(DRAFT))
          .hasMessageContaining("\"corpus\" has no files");
    }
  }

  @Test
  void fullDiskNamesFileAndCauseAndPublishesNothing() {
    Store full =
        Faults.in(
            store,
            (operation, arguments, real) -> {
              if (!operation.equals("create")) {
                return real.call();
              }
              OutputStream out = (OutputStream) real.call();
              return new java.io.FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                  throw new IOException("No space left on device");
                }
              };
            });
    try (ArtifactWriter writer = claim(full)) {
      assertThatThrownBy(() -> writer.write("model.safetensors", new byte[10]))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContainingAll(
              "Cannot write model.safetensors of " + dir, "No space left on device");
      assertThatThrownBy(() -> writer.commit(DRAFT)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(dir).doesNotExist();
  }

  /** A store whose exclusive create of the manifest goes wrong. */
  private Store manifestFault(boolean local, Faults.Hook fault) {
    return Faults.in(
        store,
        (operation, arguments, real) -> {
          if (operation.equals("isLocal")) {
            return local;
          }
          boolean manifest =
              arguments != null && arguments.length > 0 && Manifest.FILE.equals(arguments[0]);
          return manifest ? fault.call(operation, arguments, real) : real.call();
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manifestWhoseAnswerWasLostIsACommit(boolean local) {
    Store lossy =
        manifestFault(
            local,
            (operation, arguments, real) -> {
              Object result = real.call();
              if (operation.equals("createExclusive")) {
                throw new IOException("connection reset");
              }
              return result;
            });
    try (ArtifactWriter writer = claim(lossy)) {
      writer.write("a.txt", "x");
      writer.commit(DRAFT);
    }
    assertThat(Artifact.open(dir.toString(), HADOOP).verify()).isEmpty();
  }

  @Test
  void manifestOfAnotherRunIsAConflictAndItsFilesStay() throws IOException {
    byte[] theirs;
    try (ArtifactWriter writer = claim(store.child("x"))) {
      writer.write("a.txt", "x");
      writer.commit(DRAFT);
      theirs = Files.readAllBytes(dir.resolve("x/manifest.json"));
    }
    Store target = store.child("y");
    try (ArtifactWriter writer = claim(target)) {
      writer.write("a.txt", "x");
      target.createExclusive(Manifest.FILE, theirs);

      assertThatThrownBy(() -> writer.commit(DRAFT))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("was published by another run");
    }
    assertThat(Artifact.open(target.uri(), HADOOP).verify()).isEmpty();
  }

  @Test
  void manifestThatCannotBeReadBackLeavesTheStateUnknownAndAllFiles() {
    Store broken =
        manifestFault(
            true,
            (operation, arguments, real) -> {
              if (operation.equals("createExclusive") || operation.equals("read")) {
                throw new IOException("connection reset");
              }
              return real.call();
            });
    try (ArtifactWriter writer = claim(broken)) {
      writer.write("a.txt", "x");
      assertThatThrownBy(() -> writer.commit(DRAFT))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("unknown whether the artifact is published");
    }
    assertThat(dir.resolve("a.txt")).exists();
    assertThat(dir.resolve("_claim")).exists();
  }

  @Test
  void absentManifestIsAFailureOnALocalStoreAndUnknownOnARemoteOne() {
    Faults.Hook lost =
        (operation, arguments, real) -> {
          if (operation.equals("createExclusive")) {
            throw new IOException("timed out");
          }
          return real.call();
        };
    try (ArtifactWriter writer = claim(manifestFault(false, lost))) {
      writer.write("a.txt", "x");
      assertThatThrownBy(() -> writer.commit(DRAFT))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("may still appear");
    }
    assertThat(dir.resolve("a.txt")).exists();

    Store elsewhere = store;
    dir = temp.resolve("local");
    store = Store.at(dir.toString(), HADOOP);
    try (ArtifactWriter writer = claim(manifestFault(true, lost))) {
      writer.write("a.txt", "x");
      assertThatThrownBy(() -> writer.commit(DRAFT))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("timed out; nothing was published");
    }
    assertThat(dir).doesNotExist();
    assertThat(elsewhere.uri()).isNotEqualTo(store.uri());
  }

  @Test
  void refusalOfARemoteStoreIsAFailure() {
    Store denying =
        manifestFault(
            false,
            (operation, arguments, real) -> {
              if (operation.equals("createExclusive")) {
                throw new AccessDeniedException("403");
              }
              return real.call();
            });
    try (ArtifactWriter writer = claim(denying)) {
      assertThatThrownBy(() -> writer.commit(DRAFT)).isInstanceOf(ArtifactException.class);
    }
    assertThat(dir).doesNotExist();
  }

  @Test
  void passingFailureOfTheManifestIsTriedAgain() {
    int[] tries = {0};
    Store flaky =
        manifestFault(
            true,
            (operation, arguments, real) -> {
              if (operation.equals("createExclusive") && tries[0]++ < 2) {
                throw new IOException("busy");
              }
              return real.call();
            });
    try (ArtifactWriter writer = claim(flaky)) {
      writer.commit(DRAFT);
    }
    assertThat(tries[0]).isEqualTo(3);
    assertThat(dir.resolve("manifest.json")).exists();
  }

  @Test
  void storeThatIgnoresTheConditionIsRefusedAtTheStart() {
    Store careless =
        Faults.in(
            store,
            (operation, arguments, real) -> {
              if (operation.equals("isLocal")) {
                return false;
              }
              if (operation.equals("createExclusive")) {
                store.replace((String) arguments[0], (byte[]) arguments[1]);
                return null;
              }
              return real.call();
            });

    assertThatThrownBy(() -> claim(careless))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("ignores the condition of an exclusive create");
  }

  @Test
  void schemeWithoutExclusiveCreateIsRefused() {
    assertThatThrownBy(() -> ArtifactWriter.claim("gs://b/x", HADOOP, Claim.of("key"), false))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("has no exclusive create");
  }

  @Test
  void unwritableParentIsExplained() throws IOException {
    Files.writeString(temp.resolve("file"), "x");
    assertThatThrownBy(
            () ->
                ArtifactWriter.claim(
                    temp.resolve("file/out").toString(), HADOOP, Claim.of("key"), false))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining(temp.resolve("file/out") + " cannot be a directory")
        .hasMessageContaining(temp.resolve("file") + " is a file");
  }

  @Test
  void missingFileIsToldByTheStore() {
    assertThatThrownBy(() -> store.open("none")).isInstanceOf(FileNotFoundException.class);
    assertThatThrownBy(() -> store.size("none")).isInstanceOf(FileNotFoundException.class);
    assertThatThrownBy(() -> store.openRandom("none")).isInstanceOf(FileNotFoundException.class);
  }
}
