package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimsTest {
  @TempDir Path temp;
  private Path dir;
  private Store store;

  @BeforeEach
  void makeStore() {
    dir = temp.resolve("out");
    store = Store.at(dir.toString(), new Configuration());
  }

  private static void refused(ThrowingClaim claim, String... parts) {
    assertThatThrownBy(claim::run)
        .isInstanceOf(ArtifactException.class)
        .hasMessageContainingAll(parts);
  }

  private interface ThrowingClaim {
    void run() throws IOException;
  }

  @Test
  void liveHolderIsNeverReplacedNotEvenByForce() throws IOException {
    Claims.acquire(store, Claim.of("first", "key"), false);

    refused(
        () -> Claims.acquire(store, Claim.of("second", "key"), true),
        "is being written by run first",
        "still running");
  }

  @Test
  void deadRunOfTheSameWorkIsTakenOverAndItsFilesAreCleared() throws IOException {
    Faults.withDeadClaim(store, "key");
    Files.writeString(dir.resolve("left.txt"), "x");
    Files.createDirectories(dir.resolve("table/part=1"));
    Files.writeString(dir.resolve("table/part=1/x.parquet"), "x");
    Files.createDirectories(dir.resolve("_checkpoints"));
    Files.writeString(dir.resolve("_checkpoints/keep"), "x");

    Claims claims = Claims.acquire(store, Claim.of("second", "key"), false);

    assertThat(claims.isOurs()).isTrue();
    assertThat(store.children("")).containsExactly("_checkpoints", "_claim", "_claim.2");
    assertThat(dir.resolve("_checkpoints/keep")).exists();
  }

  @Test
  void deadRunOfOtherWorkIsTakenOverOnlyByForce() throws IOException {
    Faults.withDeadClaim(store, "other");

    refused(
        () -> Claims.acquire(store, Claim.of("second", "key"), false),
        "is taken by run dead-run on host",
        "another configuration",
        "--force");
    assertThat(Claims.acquire(store, Claim.of("second", "key"), true).isOurs()).isTrue();
  }

  @Test
  void claimThatCannotBeReadIsTakenOverOnlyByForce() throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("_claim"), "");

    refused(
        () -> Claims.acquire(store, Claim.of("second", "key"), false),
        "by a run whose claim cannot be read",
        "--force");
    assertThat(Claims.acquire(store, Claim.of("second", "key"), true).isOurs()).isTrue();
  }

  @Test
  void holderOnAnotherHostWithTheSameWorkIsTakenOver() throws IOException {
    Claim here = Claim.of("first", "key");
    Claim there =
        new Claim("first", "key", "elsewhere", here.pid(), here.processStart(), here.created());
    Claims.acquire(store, there, false);

    assertThat(Claims.acquire(store, Claim.of("second", "key"), false).isOurs()).isTrue();
  }

  @Test
  void pidThatWasGivenToAnotherProcessDoesNotCountAsAlive() throws IOException {
    Claim here = Claim.of("first", "key");
    Claim before =
        new Claim("first", "key", here.host(), here.pid(), "2001-01-01T00:00:00Z", here.created());
    Claims.acquire(store, before, false);

    assertThat(Claims.acquire(store, Claim.of("second", "key"), false).isOurs()).isTrue();
  }

  @Test
  void olderHolderFindsOutThatItLost() throws IOException {
    Claims older = Claims.acquire(store, Faults.deadClaim("first", "key"), false);
    Claims.acquire(store, Claim.of("second", "key"), false);

    refused(older::check, "was taken over by run second", "this run (first)");
  }

  @Test
  void artifactsAreNotClaimed() throws IOException {
    store.createExclusive(Manifest.FILE, new byte[] {1});

    refused(
        () -> Claims.acquire(store, Claim.of("key"), true),
        "is already an artifact; artifacts are immutable",
        "{version}");
  }

  @Test
  void directoryWithForeignFilesIsNotClaimed() throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("thesis.tex"), "x");

    refused(() -> Claims.acquire(store, Claim.of("key"), true), "holds \"thesis.tex\"");
    assertThat(store.children("")).containsExactly("thesis.tex");
  }

  @Test
  void fileIsNotClaimed() throws IOException {
    Files.writeString(dir, "x");

    refused(() -> Claims.acquire(store, Claim.of("key"), true), "is a file");
  }

  @Test
  void artifactThatAppearsDuringTheClaimIsNotTouched() {
    Store racing =
        Faults.in(
            store,
            (operation, arguments, real) -> {
              Object result = real.call();
              if (operation.equals("createExclusive") && arguments[0].equals("_claim")) {
                store.createExclusive(Manifest.FILE, new byte[] {1});
              }
              return result;
            });

    refused(() -> Claims.acquire(racing, Claim.of("key"), false), "already an artifact");
    assertThat(dir.resolve("_claim")).doesNotExist();
    assertThat(dir.resolve(Manifest.FILE)).exists();
  }

  @Test
  void loserOfARaceDoesNotTakeOverFromTheWinner() {
    Store racing =
        Faults.in(
            store,
            (operation, arguments, real) -> {
              if (operation.equals("createExclusive")) {
                Claim here = Claim.of("winner", "key");
                Claim there = new Claim("winner", "key", "elsewhere", 1, "", here.created());
                store.createExclusive("_claim", there.toJson());
              }
              return real.call();
            });

    refused(() -> Claims.acquire(racing, Claim.of("loser", "key"), false), "taken by run winner");
  }

  @Test
  void claimWhoseAnswerWasLostIsRecognised() throws IOException {
    Store lossy =
        Faults.in(
            store,
            (operation, arguments, real) -> {
              Object result = real.call();
              if (operation.equals("createExclusive")) {
                real.call(); // the client's own second try
              }
              return result;
            });

    assertThat(Claims.acquire(lossy, Claim.of("key"), false).isOurs()).isTrue();
  }
}
