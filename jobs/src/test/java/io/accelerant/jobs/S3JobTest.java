package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.job.SparkTest;
import io.accelerant.jobs.FaultProxy.Fate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs whose inputs, checkpoints and output are on S3, in processes of their own; what they publish
 * is what the same jobs publish to a disk.
 */
@Timeout(600)
class S3JobTest extends SparkTest {
  private static final int ROUNDS = 40;

  @TempDir static Path scratch;
  private static S3Proxy server;
  private static FaultProxy proxy;
  private static String corpusContent;
  private static String modelContent;
  private static Accelerant.Outcome corpus;
  private static List<FaultProxy.Request> corpusRequests;
  private static volatile long serverDied;

  @BeforeAll
  static void corpusOnBoth() throws IOException {
    server = S3Proxy.start(scratch);
    proxy = new FaultProxy(server.port());
    SmallTeacher.Corpus onDisk = SmallTeacher.corpus();
    upload(Files.readString(onDisk.source()), server.bucket("data") + "/source.txt");
    corpusContent = onDisk.contentHash();
    modelContent = content(Accelerant.run(train(onDisk.folder().toString(), scratch + "/model")));

    proxy.rule(request -> Fate.PASS);
    corpus =
        onS3AndCluster(SmallTeacher.prepare("s3a://data/source.txt", "s3a://data/corpus")).finish();
    corpusRequests = proxy.seen();
  }

  private static void upload(String text, String uri) throws IOException {
    var target = new org.apache.hadoop.fs.Path(uri);
    var hadoop = S3Proxy.configuration(S3Proxy.access(server.endpoint()));
    try (DefaultLocale.Kept kept = DefaultLocale.kept();
        OutputStream out = target.getFileSystem(hadoop).create(target)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    server.close();
  }

  private static String[] train(String data, String output) {
    return SmallTeacher.train(data, output, ROUNDS);
  }

  /** In a process of its own, through the proxy. */
  private static Accelerant.Running onS3(String... arguments) {
    List<String> all = withAccess(arguments);
    all.addAll(List.of("--set", "spark.master=local[2]"));
    return Accelerant.start(Main.class, scratch, all.toArray(String[]::new));
  }

  /** As {@link #onS3}, with two executors in processes of their own, which read and write S3. */
  private static Accelerant.Running onS3AndCluster(String... arguments) {
    return Accelerant.startOnCluster(
        Main.class, scratch, 2, withAccess(arguments).toArray(String[]::new));
  }

  private static List<String> withAccess(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(S3Proxy.arguments(S3Proxy.access(proxy.endpoint())));
    return all;
  }

  private static String content(Accelerant.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line().get("contentHash").asText();
  }

  private static Path checkpoint(String output, int round) {
    return server.object(SmallTeacher.checkpoint(output, round));
  }

  @Test
  void aTableOnS3IsThatOfADiskAndWasNeverRenamed() {
    assertThat(content(corpus)).isEqualTo(corpusContent);
    Configuration hadoop = S3Proxy.configuration(S3Proxy.access(server.endpoint()));
    try (DefaultLocale.Kept kept = DefaultLocale.kept()) {
      assertThat(Artifact.open("s3a://data/corpus", hadoop).verify()).isEmpty();
    }

    // The magic committer: parts are uploaded to their final names, completed when the job commits.
    String part = ".*/data/corpus/corpus/part-[^/?]*\\.parquet";
    assertThat(corpusRequests)
        .anyMatch(r -> r.method().equals("POST") && r.target().matches(part + "\\?uploads.*"))
        .anyMatch(r -> r.method().equals("POST") && r.target().matches(part + "\\?uploadId=.*"))
        .anyMatch(r -> r.method().equals("PUT") && r.target().contains("/corpus/__magic"))
        .noneMatch(r -> r.method().equals("PUT") && r.target().matches(part))
        .noneMatch(r -> !r.header("x-amz-copy-source").isEmpty())
        .noneMatch(r -> r.method().equals("PUT") && r.target().contains("_temporary"));
  }

  @Test
  void secretsAreNowhere() throws IOException {
    assertThat(corpus.out() + corpus.err()).doesNotContain(S3Proxy.SECRET_KEY);
    List<Path> objects;
    try (Stream<Path> files = Files.walk(server.object("s3a://data"))) {
      objects = files.filter(Files::isRegularFile).toList();
    }
    assertThat(objects)
        .map(file -> file.getFileName().toString())
        .contains("manifest.json", "README.md", "report.md");
    for (Path object : objects) {
      assertThat(Files.readString(object, StandardCharsets.ISO_8859_1))
          .as(object.toString())
          .doesNotContain(S3Proxy.SECRET_KEY);
    }
    assertThat(server.object("s3a://data/corpus/README.md"))
        .content()
        .contains("spark.hadoop.fs.s3a.secret.key=***");
  }

  @Test
  void aKilledTrainingGoesOnFromItsCheckpointOnS3InOtherExecutors() throws Exception {
    String output = server.bucket("killed") + "/model";
    proxy.rule(request -> Fate.PASS);
    Accelerant.Running first = onS3(train("s3a://data/corpus", output));
    first.await(checkpoint(output, 10));
    first.process().destroyForcibly().waitFor();
    assertThat(server.object(output + "/manifest.json")).doesNotExist();

    Accelerant.Outcome resumed = onS3AndCluster(train("s3a://data/corpus", output)).finish();
    assertThat(content(resumed)).isEqualTo(modelContent);
    assertThat(SmallTeacher.goesOnAfter(resumed)).isGreaterThanOrEqualTo(10);
    assertThat(server.object(output + "/_checkpoints")).doesNotExist();
  }

  @Test
  void aServerThatDiesUnderATableLeavesNothingVisible() throws Exception {
    String output = server.bucket("table") + "/corpus";
    killServerAt(r -> r.method().equals("POST") && r.target().contains("/corpus/corpus/part-"));
    Accelerant.Outcome outcome =
        onS3(SmallTeacher.prepare("s3a://data/source.txt", output)).finish();
    assertServerIsMissed(outcome);
    assertThat(server.object(output + "/manifest.json")).doesNotExist();

    server.start();
    proxy.rule(request -> Fate.PASS);
    Accelerant.Outcome again = onS3(SmallTeacher.prepare("s3a://data/source.txt", output)).finish();
    assertThat(content(again)).isEqualTo(corpusContent);
  }

  @Test
  void aServerThatDiesUnderACheckpointCostsOneCheckpoint() throws Exception {
    String output = server.bucket("checkpoint") + "/model";
    killServerAt(r -> r.method().equals("PUT") && r.target().contains("/round-00000020/state"));
    Accelerant.Outcome outcome = onS3(train("s3a://data/corpus", output)).finish();
    assertServerIsMissed(outcome);
    assertThat(server.object(output + "/manifest.json")).doesNotExist();
    assertThat(checkpoint(output, 20)).doesNotExist();

    server.start();
    proxy.rule(request -> Fate.PASS);
    Accelerant.Outcome again = onS3(train("s3a://data/corpus", output)).finish();
    assertThat(content(again)).isEqualTo(modelContent);
    assertThat(SmallTeacher.goesOnAfter(again)).isEqualTo(10);
  }

  private static void killServerAt(java.util.function.Predicate<FaultProxy.Request> moment) {
    AtomicBoolean killed = new AtomicBoolean();
    proxy.rule(
        request -> {
          if (moment.test(request) && killed.compareAndSet(false, true)) {
            server.kill();
            serverDied = System.nanoTime();
          }
          return killed.get() ? Fate.LOSE_REQUEST : Fate.PASS;
        });
  }

  private static void assertServerIsMissed(Accelerant.Outcome outcome) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - serverDied);
    System.err.printf(
        Locale.ROOT, "S3JobTest: %d seconds from the server's death to the end%n", seconds);
    assertThat(seconds).isLessThan(120);
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(4);
    assertThat(outcome.line().get("error").asText())
        .contains("the store does not answer", "run the same command again")
        .doesNotContain("\n");
    assertThat(outcome.err()).doesNotContain("\tat ");
  }
}
