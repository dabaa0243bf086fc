package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.Artifact;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes publish to one place, and SIGKILL meets one of them, or both, at a random moment
 * between its claim and its commit. A process that survived goes on to the next race, and one that
 * was killed is replaced by another that has published once already, so that what is raced is the
 * protocol and not the start of a JVM.
 */
@Timeout(900)
class PublishRaceTest {
  /** Fifty by {@code -Pfull}. */
  private static final int RACES = Integer.getInteger("races", 16);

  private static final String PUBLISHED = "published";

  private static ClassArchive archive;

  @TempDir Path scratch;
  private List<String> settings = List.of();
  private Configuration hadoop = new Configuration();
  private String warmUp;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Deque<Racer> spares = new ArrayDeque<>();
  private int started;

  /** Nanoseconds of an undisturbed publication, the last one that was seen. */
  private long life;

  private static List<String> onS3() {
    Map<String, String> access = S3Proxy.access(S3Proxy.shared().endpoint());
    return access.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  /** The first publisher ends by itself and leaves an archive, with which all others start. */
  @BeforeAll
  static void anUndisturbedPublisher(@TempDir Path folder) throws Exception {
    archive = ClassArchive.named("publisher");
    Racer first = start(archive.making(), onS3(), folder.resolve("errors"));
    first.publish(S3Proxy.shared().bucket("first") + "/artifact");
    assertThat(first.answer()).isEqualTo(PUBLISHED);
    first.end();
    archive.accept(first.process);
    assertThat(archive.file()).exists();
  }

  @Test
  void ofTwoPublishersOnS3WithOneKilledExactlyOneArtifactIsLeft() throws Exception {
    settings = onS3();
    hadoop = S3Proxy.configuration(S3Proxy.access(S3Proxy.shared().endpoint()));
    race(S3Proxy.shared().bucket("races"));
  }

  @Test
  void ofTwoPublishersOnOneDiskWithOneKilledExactlyOneArtifactIsLeft() throws Exception {
    race(scratch.resolve("races").toString());
  }

  private void race(String root) throws Exception {
    warmUp = root + "/warm-up-";
    Map<String, Integer> count = new TreeMap<>();
    List<Racer> racers = new ArrayList<>();
    try {
      for (int i = 0; i < RACES; i++) {
        fill(racers);
        String outcome = run(racers, root + "/race-" + i);
        count.merge(outcome, 1, Integer::sum);
      }
    } finally {
      racers.forEach(Racer::kill);
      spares.forEach(Racer::kill);
    }
    System.err.printf(Locale.ROOT, "PublishRaceTest %s, seed %d: %s%n", root, seed, count);
    // Kills that came too early or too late show nothing: some must have hit a holder at work.
    assertThat(count.getOrDefault("taken over", 0))
        .as(count.toString())
        .isGreaterThanOrEqualTo(RACES / 16);
    assertThat(count).as("outcomes").hasSizeGreaterThan(1);
  }

  private void fill(List<Racer> racers) throws IOException {
    int there = racers.size();
    // Others start in the meantime.
    while (spares.size() < 4 - there) {
      spares.add(start());
    }
    while (racers.size() < 2) {
      racers.add(spares.remove());
      assertThat(racers.get(racers.size() - 1).answer()).isEqualTo(PUBLISHED);
    }
    if (there < 2) {
      long start = System.nanoTime();
      Racer last = racers.get(1);
      last.publish(warmUp + "again-" + started);
      assertThat(last.answer()).isEqualTo(PUBLISHED);
      life = System.nanoTime() - start;
    }
  }

  /** One race; returns what happened. */
  private String run(List<Racer> racers, String uri) throws Exception {
    boolean both = random.nextInt(4) == 0;
    List<Racer> victims =
        both ? List.copyOf(racers) : List.of(racers.get(random.nextInt(racers.size())));
    long delay = (long) (random.nextDouble() * 1.2 * life);
    long start = System.nanoTime();
    racers.forEach(racer -> racer.publish(uri));
    while (System.nanoTime() - start < delay) {
      Thread.onSpinWait();
    }
    victims.forEach(Racer::kill);
    List<Racer> survivors = racers.stream().filter(r -> !victims.contains(r)).toList();
    boolean survivorPublished = false;
    for (Racer survivor : survivors) {
      String answer = survivor.answer();
      survivorPublished = answer.equals(PUBLISHED);
      assertThat(answer).as("seed %d, %s", seed, uri).matches(PUBLISHED + "|4 .*");
    }
    racers.retainAll(survivors);
    boolean victimPublished = !survivorPublished && isThere(uri);
    if (!survivorPublished) {
      again(racers, uri, victimPublished);
    }
    requireWhole(uri);
    if (survivorPublished || victimPublished) {
      return survivorPublished ? "survivor published" : "published before the kill";
    }
    return isTakenOver(uri) ? "taken over" : "killed before the claim";
  }

  private boolean isThere(String uri) {
    try (DefaultLocale.Kept kept = DefaultLocale.kept()) {
      return Artifact.find(uri, hadoop).isPresent();
    }
  }

  private boolean isTakenOver(String uri) throws IOException {
    org.apache.hadoop.fs.Path second = new org.apache.hadoop.fs.Path(uri, "_claim.2");
    try (DefaultLocale.Kept kept = DefaultLocale.kept()) {
      return second.getFileSystem(hadoop).exists(second);
    }
  }

  /** The same work once more: takes over what the dead left, or finds it published. */
  private void again(List<Racer> racers, String uri, boolean published) throws IOException {
    fill(racers);
    Racer next = racers.get(0);
    next.publish(uri);
    assertThat(next.answer())
        .as("seed %d, %s", seed, uri)
        .matches(published ? "4 .*already an artifact.*" : PUBLISHED);
  }

  private void requireWhole(String uri) {
    try (DefaultLocale.Kept kept = DefaultLocale.kept()) {
      requireAllFiles(uri);
    }
  }

  private void requireAllFiles(String uri) {
    Artifact artifact = Artifact.open(uri, hadoop);
    assertThat(artifact.verify()).as("seed %d: files of nobody in %s", seed, uri).isEmpty();
    byte[] content = Publisher.content(artifact.manifest().runId());
    for (String file : Publisher.FILES) {
      assertThat(artifact.read(file)).as("seed %d, %s/%s", seed, uri, file).isEqualTo(content);
    }
    assertThat(artifact.manifest().files()).hasSize(Publisher.FILES.length);
  }

  private Racer start() throws IOException {
    int number = started++;
    Racer racer = start(archive.using(), settings, scratch.resolve("publisher-" + number));
    racer.publish(warmUp + number);
    return racer;
  }

  private static Racer start(List<String> options, List<String> settings, Path errors)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx200m"));
    command.add(
        "-Dlog4j2.configurationFile=" + Accelerant.project().resolve("conf/log4j2.properties"));
    command.addAll(options);
    command.add(Publisher.class.getName());
    command.addAll(settings);
    return new Racer(new ProcessBuilder(command).redirectError(errors.toFile()).start());
  }

  /** A publisher in a process of its own. */
  private static final class Racer {
    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;

    Racer(Process process) {
      this.process = process;
      this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
      this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    void publish(String uri) {
      in.println(uri);
    }

    String answer() throws IOException {
      String line = out.readLine();
      return line == null ? "the publisher has ended" : line;
    }

    void end() throws InterruptedException {
      in.close();
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    }

    /** SIGKILL; returns when the process is gone, which is what a take-over asks for. */
    void kill() {
      try {
        assertThat(process.destroyForcibly().waitFor(1, TimeUnit.MINUTES)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
