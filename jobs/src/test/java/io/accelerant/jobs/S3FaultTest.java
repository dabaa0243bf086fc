package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.text.Text;
import io.accelerant.jobs.FaultProxy.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a command says and leaves when S3 refuses or answers are lost. Each test has a bucket of its
 * own, since Hadoop keeps one client for each bucket in a process.
 */
@Timeout(600)
class S3FaultTest {
  @TempDir static Path scratch;
  private static final S3Proxy server = S3Proxy.shared();
  private static FaultProxy proxy;

  @BeforeAll
  static void proxyAndArtifact() {
    proxy = new FaultProxy(server.port());
    try (ArtifactWriter writer =
        ArtifactWriter.claim(
            scratch.resolve("artifact").toString(), new Configuration(), Claim.of("key"), false)) {
      writer.write("a.txt", "text");
      writer.write("b/c.txt", "more text");
      writer.commit(ManifestDraft.of("sampler", "none", "none", 1).withIdentityFile("a.txt"));
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  @BeforeEach
  void noFault() {
    proxy.rule(request -> Fate.PASS);
  }

  private static Accelerant.Outcome export(
      String target, Map<String, String> access, String... more) {
    return Accelerant.run(exporting(target, access, more));
  }

  /** In a process of its own: what waits for a server must not keep the other tests waiting. */
  private static Accelerant.Outcome exportApart(String target, String endpoint) throws IOException {
    Path streams = Files.createTempDirectory(scratch, "process");
    String[] arguments = exporting(target, S3Proxy.access(endpoint));
    return Accelerant.spawn(Main.class, streams, arguments);
  }

  private static String[] exporting(String target, Map<String, String> access, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("artifact", "export", scratch.resolve("artifact").toString(), target));
    arguments.addAll(S3Proxy.arguments(access));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static Accelerant.Outcome verify(String target) {
    List<String> arguments = new ArrayList<>(List.of("artifact", "verify", target));
    arguments.addAll(S3Proxy.arguments(S3Proxy.access(proxy.endpoint())));
    return Accelerant.run(arguments.toArray(String[]::new));
  }

  private static Accelerant.Outcome withinAMinute(Accelerant.Outcome outcome) {
    assertThat(outcome.time()).isLessThan(Duration.ofMinutes(1));
    return outcome;
  }

  /** One line that says what to do; no trace, no secret, and no artifact. */
  private static void assertFails(
      Accelerant.Outcome outcome, int exitCode, String target, String... says) {
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    String error = outcome.line().get("error").asText();
    assertThat(error).contains(says).contains(target).doesNotContain("\n");
    assertThat(error.length()).as(error).isLessThan(600);
    assertThat(outcome.err()).contains(error).doesNotContain("\tat ", S3Proxy.SECRET_KEY);
    assertThat(outcome.out()).doesNotContain(S3Proxy.SECRET_KEY);
    assertThat(server.object(target).resolve("manifest.json")).doesNotExist();
  }

  @Test
  void wrongCredentialsAreRefusedByName() throws IOException {
    String target = server.bucket("wrong-credentials") + "/out";
    Map<String, String> access = S3Proxy.access(server.endpoint());
    access.put("fs.s3a.secret.key", "wrong-and-not-to-be-seen");
    Accelerant.Outcome outcome = withinAMinute(export(target, access));
    assertFails(outcome, 4, target, "access was refused; check the credentials", "403");
    assertThat(outcome.out() + outcome.err()).doesNotContain("wrong-and-not-to-be-seen");
  }

  @Test
  void missingBucketIsNamed() {
    String target = "s3a://never-made/out";
    Accelerant.Outcome outcome = export(target, S3Proxy.access(server.endpoint()));
    assertFails(withinAMinute(outcome), 4, target, "there is no such bucket");
  }

  @Test
  void aServerThatIsNotThereIsReportedWithinAMinute() throws IOException {
    String target = server.bucket("dead-server") + "/out";
    FaultProxy closed = new FaultProxy(1);
    closed.close();
    Accelerant.Outcome outcome = exportApart(target, closed.endpoint());
    assertFails(
        withinAMinute(outcome), 4, target, "the store does not answer; check fs.s3a.endpoint");
  }

  /** It takes requests and never answers: not even cleaning up is waited for, the next run does. */
  @Test
  void aServerThatHangsIsReportedAboutAMinuteLater() throws IOException {
    String target = server.bucket("hanging") + "/out";
    AtomicBoolean hangs = new AtomicBoolean();
    proxy.rule(
        request ->
            hangs.get() || request.isPutOf("c.txt") && hangs.compareAndSet(false, true)
                ? Fate.SILENCE
                : Fate.PASS);
    Accelerant.Outcome outcome = exportApart(target, proxy.endpoint());
    System.err.printf(
        Locale.ROOT,
        "S3FaultTest: a hanging server is reported after %d s%n",
        outcome.time().toSeconds());
    assertThat(outcome.time()).isLessThan(Duration.ofSeconds(90));
    assertFails(outcome, 4, target, "the store does not answer; check fs.s3a.endpoint");

    noFault();
    assertThat(export(target, S3Proxy.access(proxy.endpoint())).exitCode()).isZero();
    assertThat(verify(target).exitCode()).isZero();
  }

  @Test
  void withoutTheRightToWriteNothingIsLeft() throws IOException {
    String target = server.bucket("read-only") + "/out";
    Map<String, String> access = S3Proxy.access(proxy.endpoint());
    proxy.rule(request -> request.method().equals("PUT") ? Fate.REFUSE : Fate.PASS);
    Accelerant.Outcome outcome = withinAMinute(export(target, access));
    assertFails(outcome, 4, target, "Cannot write to", "access was refused", "403");
    assertThat(server.object(target)).doesNotExist();

    proxy.rule(request -> Fate.PASS);
    assertThat(export(target, access).exitCode()).isZero();
    assertThat(verify(target).exitCode()).isZero();
  }

  @Test
  void aRightThatIsLostOnTheWayLeavesNoManifest() throws IOException {
    String target = server.bucket("revoked") + "/out";
    Map<String, String> access = S3Proxy.access(proxy.endpoint());
    proxy.rule(request -> request.isPutOf("manifest.json") ? Fate.REFUSE : Fate.PASS);
    assertFails(export(target, access), 4, target, "access was refused", "nothing was published");
    assertThat(server.object(target)).as("everything was cleaned up").doesNotExist();

    proxy.rule(request -> Fate.PASS);
    assertThat(export(target, access).exitCode()).isZero();
  }

  /** The client tries again by itself and is told that the object exists: it is our own. */
  @Test
  void theLostAnswerOfTheManifestIsACommit() throws IOException {
    String target = server.bucket("lost-answer") + "/out";
    proxy.rule(request -> request.isPutOf("manifest.json") ? Fate.LOSE_ANSWER : Fate.PASS);
    Accelerant.Outcome outcome = export(target, S3Proxy.access(proxy.endpoint()));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(proxy.seen().stream().filter(r -> r.isPutOf("manifest.json")).count())
        .as("the client has tried again")
        .isGreaterThan(1);
    Accelerant.Outcome verified = verify(target);
    assertThat(verified.exitCode()).as(verified.err()).isZero();
    assertThat(verified.line().get("contentHash")).isEqualTo(outcome.line().get("contentHash"));
  }

  @Test
  void withoutAReadBackTheCommitIsUnknownAndNothingIsDeleted() throws IOException {
    String target = server.bucket("unknown") + "/out";
    AtomicBoolean put = new AtomicBoolean();
    proxy.rule(
        request -> {
          if (request.isPutOf("manifest.json")) {
            put.set(true);
            return Fate.LOSE_ANSWER;
          }
          return put.get() ? Fate.LOSE_REQUEST : Fate.PASS;
        });
    Accelerant.Outcome outcome = exportApart(target, proxy.endpoint());
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(6);
    assertThat(outcome.line().get("error").asText())
        .contains("unknown whether", "nothing was deleted", "accelerant artifact verify " + target)
        .doesNotContain("\n");
    assertThat(proxy.seen().stream().dropWhile(r -> !r.isPutOf("manifest.json")))
        .noneMatch(r -> r.method().equals("DELETE") || r.method().equals("POST"));

    noFault();
    assertThat(verify(target).exitCode()).isZero();
    try (DefaultLocale.Kept kept = DefaultLocale.kept()) {
      Artifact artifact =
          Artifact.open(target, S3Proxy.configuration(S3Proxy.access(proxy.endpoint())));
      assertThat(artifact.read("b/c.txt")).asString().isEqualTo("more text");
    }
  }

  @Test
  void secretsOfAConfigurationFileStaySecretInATrace() throws IOException {
    String target = server.bucket("verbose") + "/out";
    Path file = scratch.resolve("s3.conf");
    Files.writeString(
        file,
        Text.of(
            """
            spark {
              "hadoop.fs.s3a.endpoint" = "%s"
              "hadoop.fs.s3a.endpoint.region" = us-east-1
              "hadoop.fs.s3a.path.style.access" = true
              "hadoop.fs.s3a.access.key" = wrong
              "hadoop.fs.s3a.secret.key" = "%s"
              "hadoop.fs.s3a.session.token" = token-not-to-be-seen
            }
            """,
            server.endpoint(), S3Proxy.SECRET_KEY));
    Accelerant.Outcome outcome = export(target, Map.of(), "--conf", file.toString(), "--verbose");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(4);
    assertThat(outcome.err()).contains("\tat ");
    assertThat(outcome.err() + outcome.out())
        .doesNotContain(S3Proxy.SECRET_KEY, "token-not-to-be-seen");

    Accelerant.Outcome printed =
        Accelerant.run(
            "prepare-text", "--conf", file.toString(), "--set", "run.output=/x", "--print-config");
    assertThat(printed.err()).contains("spark.hadoop.fs.s3a.secret.key = ***");
    assertThat(printed.err() + printed.out())
        .contains(server.endpoint())
        .doesNotContain(S3Proxy.SECRET_KEY, "token-not-to-be-seen");
  }
}
