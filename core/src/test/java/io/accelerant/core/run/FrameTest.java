package io.accelerant.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
  private static final Key<Integer> SIZE = Key.integer("probe.size", "A number").withDefault(1);
  private static final Key<String> DATA = Key.string("probe.data", "A place").optional();
  private static final Manifest.Parent INPUT = new Manifest.Parent("data", "file:/data", "abc");

  @TempDir Path folder;

  /** Does what a test says; without Spark. */
  private record Probe(Function<Run, Product> make) implements PublishingJob {
    @Override
    public String name() {
      return "probe";
    }

    @Override
    public String summary() {
      return "For tests";
    }

    @Override
    public List<Key<?>> keys() {
      return RunKeys.and(List.of(SIZE, DATA));
    }

    @Override
    public Work open(JobContext context, JobConfig config) {
      return Work.on(List.of(INPUT), output -> List.of("publish to " + output), make);
    }
  }

  private static Product product(Run run) {
    return product(run, new Check("the size", 1, artifact -> 1));
  }

  private static Product product(Run run, Check check) {
    run.artifact().writeJson("sampler.json", Map.of("size", run.config().get(SIZE)));
    return new Product(
        run.draft("probe", Map.of("size", run.config().get(SIZE))),
        Map.of("report.md", "# Report\n".getBytes(StandardCharsets.UTF_8)),
        run.card("Probe", "A probe.", "", "None."),
        check);
  }

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("out")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, new Probe(FrameTest::product).keys());
  }

  private JobConfig versioned(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("v{version}")));
    all.addAll(List.of(sets));
    return config(all.toArray(String[]::new));
  }

  private static JobContext context() {
    return new JobContext(
        () -> {
          throw new AssertionError("Spark was asked for");
        },
        new Configuration(),
        Progress.SILENT,
        () -> false,
        false,
        "");
  }

  private static JobResult run(JobConfig config, Function<Run, Product> make) {
    return new Probe(make).run(context(), config);
  }

  @Test
  void theManifestHasInputsAndMetricsAndTheCardTheCommand() {
    JobResult result = run(config("probe.size=3"), FrameTest::product);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.manifest().parents()).containsExactly(INPUT);
    assertThat(artifact.manifest().metrics()).containsEntry("size", 3).isEqualTo(result.metrics());
    assertThat(artifact.readJson("metrics.json")).containsEntry("size", 3);
    assertThat(new String(artifact.read("README.md"), StandardCharsets.UTF_8))
        .contains("accelerant probe", "probe.size=3", "file:/data", "abc");
    assertThat(artifact.contentHash()).isEqualTo(result.contentHash());
  }

  @Test
  void whileARunWorksASecondOneIntoTheSameOutputStopsBeforeItsWork() {
    AtomicInteger works = new AtomicInteger();
    run(
        config(),
        run -> {
          works.incrementAndGet();
          Probe second =
              new Probe(
                  other -> {
                    works.incrementAndGet();
                    return product(other);
                  });
          assertThatThrownBy(() -> second.run(context(), config()))
              .isInstanceOf(ArtifactException.class)
              .hasMessageContaining("is being written by");
          assertThatThrownBy(() -> second.plan(context(), config()))
              .isInstanceOf(ArtifactException.class);
          return product(run);
        });
    assertThat(works).hasValue(1);
  }

  @Test
  void ofTwoRunsStartedAtOnceOneWorks() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try {
      for (int race = 0; race < 20; race++) {
        JobConfig config = config("run.output=" + folder.resolve("race" + race));
        AtomicInteger works = new AtomicInteger();
        CountDownLatch loser = new CountDownLatch(1);
        Function<Run, Product> make =
            run -> {
              works.incrementAndGet();
              await(loser); // the other one stops while this one works
              return product(run);
            };
        List<Future<Boolean>> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          runs.add(
              two.submit(
                  () -> {
                    try {
                      run(config, make);
                      return true;
                    } catch (ArtifactException e) {
                      loser.countDown();
                      return false;
                    }
                  }));
        }
        assertThat(List.of(runs.get(0).get(), runs.get(1).get())).containsOnlyOnce(true);
        assertThat(works).hasValue(1);
      }
    } finally {
      two.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a run refuses before it works; each prepares the place and returns settings. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal("is a file", at -> Files.createFile(at.resolve("out")), ""),
        refusal(
            "file is a file", at -> Files.createFile(at.resolve("file")), "run.output=@/file/out"),
        refusal(
            "is a link to nothing",
            at -> Files.createSymbolicLink(at.resolve("out"), Path.of("x")),
            ""),
        refusal("holds \"theirs\"", at -> Files.createDirectories(at.resolve("out/theirs")), ""),
        refusal("File name too long", at -> at, "run.output=@/" + "x".repeat(300)),
        refusal("no permission|Cannot write", at -> at, "run.output=/proc/accelerant"),
        refusal(
            "file is a file",
            at -> Files.createFile(at.resolve("file")),
            "run.checkpoint=@/file/c"),
        refusal("must stand once", at -> at, "run.output=@/{version}/out"),
        refusal("run.resume = require", at -> at, "run.resume=require"),
        refusal(
            "lies inside the input probe.data",
            at -> Files.createDirectories(at.resolve("in")),
            "run.output=@/in/out",
            "probe.data=word:@/in"),
        refusal("was made with probe.size = 1", FrameTest::stoppedRun, "probe.size=2"),
        refusal("is taken by", FrameTest::killedRun, ""));
  }

  private interface Preparation {
    Path at(Path folder) throws IOException;
  }

  private static Arguments refusal(String why, Preparation before, String... sets) {
    return Arguments.of(why, before, List.of(sets));
  }

  private static Path stoppedRun(Path at) throws IOException {
    Map<String, Object> identity = Map.of("input.data", "abc", "probe.size", 1);
    StageStore.open(
            at + "/out/_checkpoints", new Configuration(), identity, "auto", Progress.SILENT)
        .save("one", Map.of("value", 1));
    return at;
  }

  private static Path killedRun(Path at) throws IOException {
    return Files.writeString(Files.createDirectories(at.resolve("out")).resolve("_claim"), "{}");
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aDryRunRefusesWhatTheRunRefusesInTheSameWords(
      String why, Preparation before, List<String> sets) throws IOException {
    before.at(folder);
    JobConfig config =
        config(
            sets.stream()
                .filter(set -> !set.isEmpty())
                .map(set -> set.replace("@", folder.toString()))
                .toArray(String[]::new));
    Probe probe = new Probe(FrameTest::product);
    Throwable run = catchThrowable(() -> probe.run(context(), config));
    Throwable plan = catchThrowable(() -> probe.plan(context(), config));
    assertThat(run).isInstanceOf(AccelerantException.class);
    assertThat(run.getMessage()).containsPattern(why);
    assertThat(plan).hasSameClassAs(run).hasMessage(run.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a[1]", "{a}-{version}", "*", "deep/er", "a:b", "link", "link/out"})
  void aDryRunAcceptsWhatTheRunAcceptsAndLeavesNothing(String output) throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Files.createSymbolicLink(folder.resolve("link"), real);
    JobConfig config = config("run.output=" + folder + "/" + output);
    List<String> plan = new Probe(FrameTest::product).plan(context(), config);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(real, folder.resolve("link"));
    }
    assertThat(real).isEmptyDirectory();
    assertThat(plan).containsExactly("publish to " + run(config, FrameTest::product).artifact());
  }

  @Test
  void aRunThatFailsInALinkedFolderLeavesTheLink() throws IOException {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("out"), Files.createDirectory(folder.resolve("real")));
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run -> {
                      throw new DataException("bad");
                    }))
        .isInstanceOf(DataException.class);
    assertThat(link).isSymbolicLink().isEmptyDirectory();
  }

  @Test
  void whileARunWorksASecondOneTakesTheNextVersion() {
    List<String> artifacts = new ArrayList<>();
    run(
        versioned(),
        run -> {
          artifacts.add(run.uri());
          artifacts.add(run(versioned(), FrameTest::product).artifact());
          return product(run);
        });
    assertThat(artifacts)
        .containsExactly(folder.resolve("v1").toString(), folder.resolve("v2").toString());
  }

  @Test
  void aRunThatFailsLeavesNothing() {
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run -> {
                      product(run);
                      throw new DataException("bad data");
                    }))
        .isInstanceOf(DataException.class);
    assertThat(folder).isEmptyDirectory();
  }

  /** Stops after its first stage unless that is there. */
  private static Product stopping(Run run) {
    if (run.stages().load("first").isEmpty()) {
      run.stages().save("first", Map.of("x", 1));
      throw new StoppedException("stopped");
    }
    return product(run);
  }

  @Test
  void aStoppedRunGoesOnInItsVersionThoughAnotherWasPublishedSince() {
    assertThatThrownBy(() -> run(versioned("probe.size=2"), FrameTest::stopping))
        .isInstanceOf(StoppedException.class);
    assertThat(run(versioned(), FrameTest::product).artifact()).endsWith("v2");
    JobResult resumed = run(versioned("probe.size=2"), FrameTest::stopping);
    assertThat(resumed.artifact()).endsWith("v1");
    assertThat(folder.resolve("v1/_checkpoints")).doesNotExist();
  }

  @Test
  void aDryRunNamesTheOutputOfTheRun() {
    assertThatThrownBy(() -> run(versioned("probe.size=2"), FrameTest::stopping))
        .isInstanceOf(StoppedException.class);
    run(versioned(), FrameTest::product);
    for (JobConfig config : List.of(versioned("probe.size=2"), versioned("probe.size=3"))) {
      List<String> plan = new Probe(FrameTest::product).plan(context(), config);
      String published = run(config, FrameTest::product).artifact();
      assertThat(plan).containsExactly("publish to " + published);
    }
  }

  @Test
  void stagesOfAnotherConfigurationAreReportedByTheKeyBeforeAnythingIsClaimed() {
    assertThatThrownBy(() -> run(config("probe.size=2"), FrameTest::stopping))
        .isInstanceOf(StoppedException.class);
    assertThatThrownBy(
            () ->
                run(
                    config("probe.size=3"),
                    run -> {
                      throw new AssertionError("it worked");
                    }))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("probe.size = 2, this run has 3");
    assertThat(folder.resolve("out/_checkpoints/first.stage.json")).exists();
    JobResult anew = run(config("probe.size=3", "run.resume=never"), FrameTest::product);
    assertThat(anew.metrics()).containsEntry("size", 3);
  }

  @Test
  void aRunThatRequiresACheckpointEndsWithoutOne() {
    assertThatThrownBy(() -> run(config("run.resume=require"), FrameTest::stopping))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is no checkpoint");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aRunThatWasTakenOverStopsAtItsNextStage() {
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run -> {
                      write(folder.resolve("out/_claim.2"));
                      run.stages().save("first", Map.of("x", 1));
                      throw new AssertionError("it went on");
                    }))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("was taken over");
    assertThat(folder.resolve("out/_checkpoints")).doesNotExist();
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "{}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatTheCheckNeedsIsOpenUntilItIsDone() {
    List<String> order = new ArrayList<>();
    run(
        config(),
        run -> {
          run.atEnd(() -> order.add("closed"));
          return product(run, new Check("x", true, artifact -> order.add("checked")));
        });
    assertThat(order).containsExactly("checked", "closed");
  }

  @Test
  void anArtifactThatDoesNotReproduceIsReportedAsCorrupt() {
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run ->
                        product(
                            run,
                            new Check(
                                "the sizes",
                                new double[] {1, 2},
                                artifact -> new double[] {1, 3}))))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("the sizes reads back as [1.0, 3.0] instead of [1.0, 2.0]");
  }

  @Test
  void anArtifactThatCannotBeUsedIsReportedAsCorrupt() {
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run ->
                        product(
                            run,
                            new Check(
                                "the size",
                                1,
                                artifact -> {
                                  throw new DataException("no such key.");
                                }))))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("no such key.");
  }

  @Test
  void aFileThatChangesAfterTheCommitIsFound() {
    assertThatThrownBy(
            () ->
                run(
                    config(),
                    run ->
                        product(
                            run,
                            new Check(
                                "the size",
                                1,
                                artifact -> {
                                  write(Path.of(artifact.uri(), "sampler.json"));
                                  return artifact.readJson("sampler.json").get("size");
                                }))))
        .isInstanceOf(ArtifactException.class);
  }
}
