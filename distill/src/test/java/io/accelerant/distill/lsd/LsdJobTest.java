package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LsdJobTest extends SparkTest {
  private static final int LENGTH = 16;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;
  private static Artifact artifact;

  @BeforeAll
  static void runOnce() {
    result = run(context(), shared.resolve("countdown-{version}"), "lsd.partitions=1");
    artifact = Artifact.open(result.artifact(), context().hadoop());
  }

  private static JobResult run(JobContext context, Path output, String... more) {
    return run(context, new LsdJob(), config(output, more));
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static List<String> config(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "lsd.teacher=markov:countdown",
                "lsd.smoothing=1e-3",
                "lsd.length=" + LENGTH,
                "lsd.trajectories=64",
                "lsd.batch=16",
                "lsd.teacherSteps=16",
                "lsd.steps=[2,4]",
                "lsd.baselineSteps=[8]",
                "lsd.samples=64",
                "lsd.seeds=[101,102]",
                "lsd.fitSamples=64",
                "lsd.exponents=[1,1.3]",
                "lsd.jysSamples=32",
                "lsd.directIterations=4",
                "lsd.directSamples=32"));
    sets.addAll(List.of(more));
    return sets;
  }

  private static MarkovSource model(double smoothing) {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 32);
    return new MarkovSource(MarkovChain.countdown(32).smoothed(smoothing), process, LENGTH);
  }

  @Test
  void theArtifactVerifiesAndIsTheLatest() throws IOException {
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("sampler");
    assertThat(artifact.contentHash()).isEqualTo(result.contentHash());
    for (String file :
        List.of(
            "sampler.json", "sampler-m2.json", "sampler-m4.json", "metrics.json", "report.md")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    assertThat(result.artifact()).endsWith("countdown-1");
    assertThat(shared.resolve("latest")).hasContent("countdown-1");
    assertThat(Path.of(result.artifact(), "_checkpoints")).doesNotExist();
  }

  @Test
  void everyMetricHasItsName() {
    List<String> expected = new ArrayList<>(List.of("data.entropy", "data.transitionError"));
    for (String m : List.of("m2", "m4")) {
      for (String sampler :
          List.of(
              "euler",
              "tweedie",
              "jys",
              "constant",
              "paper",
              "student",
              "objective.scoreL2",
              "objective.scoreL2Exponent",
              "objective.lookahead",
              "objective.direct")) {
        for (String metric :
            List.of("transitionError", "sequenceError", "entropy", "bigramTv", "nfe")) {
          expected.add(sampler + "." + m + "." + metric);
        }
      }
      expected.addAll(
          List.of(
              "constant." + m + ".exponent",
              "verdict." + m,
              "verdict." + m + ".low",
              "verdict." + m + ".high",
              "student." + m + ".equivalentEulerSteps",
              "student." + m + ".entropy.sd"));
    }
    expected.addAll(List.of("euler.m8.entropy", "firstHitting.m16.transitionError"));
    assertThat(result.metrics()).containsKeys(expected.toArray(String[]::new));
    assertThat(artifact.readJson("metrics.json")).containsKeys(expected.toArray(String[]::new));
  }

  @Test
  void metricsAgreeAmongThemselves() {
    Map<String, Number> metrics = result.metrics();
    for (String m : List.of("m2", "m4")) {
      assertThat(metrics.get("verdict." + m).doubleValue())
          .isCloseTo(
              metrics.get("student." + m + ".transitionError").doubleValue()
                  - metrics.get("constant." + m + ".transitionError").doubleValue(),
              within(1e-12))
          .isBetween(
              metrics.get("verdict." + m + ".low").doubleValue(),
              metrics.get("verdict." + m + ".high").doubleValue());
    }
    assertThat(metrics.get("euler.m8.transitionError").doubleValue())
        .isLessThan(metrics.get("euler.m2.transitionError").doubleValue());
    assertThat(metrics.get("data.entropy").doubleValue())
        .isCloseTo(MarkovChain.countdown(32).smoothed(1e-3).entropy(LENGTH), within(1e-12));
    // loglinear, exact scores: the same sampler
    assertThat(metrics.get("tweedie.m4.transitionError").doubleValue())
        .isCloseTo(metrics.get("euler.m4.transitionError").doubleValue(), within(0.01));
  }

  @Test
  void partitionsChangeNothing() { // 1 and 2: the stopped run that goes on
    JobResult other = run(context(), folder.resolve("out"), "lsd.partitions=7");
    assertThat(other.contentHash()).isEqualTo(result.contentHash());
  }

  @Test
  void theSamplerIsReadBackForItsModelAndRefusedForAnother() {
    LsdSchedules schedules = LsdSchedules.open(result.artifact(), context().hadoop());
    for (int m : new int[] {2, 4}) {
      LsdSchedule schedule = schedules.schedule(Optional.of(m));
      assertThat(schedule.steps()).isEqualTo(m);
      assertThat(schedule.requireModel(model(1e-3)).seed()).isEqualTo(42);
      assertThatThrownBy(() -> schedule.requireModel(model(2e-3)))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("modelSha256");
    }
    assertThat(artifact.readJson("sampler-m4.json"))
        .isEqualTo(((Map<?, ?>) artifact.readJson("sampler.json").get("schedules")).get("m4"));
  }

  @Test
  void theReportShowsControlsAndACommandThatWorks() {
    String report = new String(artifact.read("report.md"), StandardCharsets.UTF_8);
    assertThat(report)
        .contains("## Verdict", "the best constant exponent", "| objective.scoreL2Exponent")
        .contains("sample.sampler=" + result.artifact())
        .contains("sample.smoothing=0.001"); // without it, the model is another one
    assertThat(new String(artifact.read("README.md"), StandardCharsets.UTF_8))
        .contains("import load", "accelerant lsd");
  }

  /** Stops after a number of questions whether to. */
  private static BooleanSupplier after(int calls) {
    AtomicInteger asked = new AtomicInteger();
    return () -> asked.incrementAndGet() > calls;
  }

  private static JobContext context(List<String> said, BooleanSupplier stop) {
    return new JobContext(SparkTest::spark, context().hadoop(), said::add, stop, false, "");
  }

  private static List<Path> stages(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(f -> f.toString().endsWith(".stage.json")).sorted().toList();
    }
  }

  @Test
  void aStoppedRunGoesOnAndADamagedStageIsMadeAgain() throws IOException {
    Path output = folder.resolve("out");
    List<String> said = new ArrayList<>();
    assertThatThrownBy(() -> run(context(said, after(60)), output))
        .isInstanceOf(StoppedException.class);
    assertThat(output.resolve("manifest.json")).doesNotExist();
    List<Path> saved = stages(output.resolve("_checkpoints"));
    assertThat(saved.size()).isGreaterThan(2);

    Path damaged = output.resolve("_checkpoints/jys.m2.stage.json");
    Files.writeString(damaged, Files.readString(damaged).replaceFirst("[0-9]\\.[0-9]", "7.7"));
    said.clear();
    JobResult resumed = run(context(said, () -> false), output, "lsd.partitions=2");
    assertThat(resumed.contentHash()).isEqualTo(result.contentHash());
    assertThat(said)
        .anyMatch(line -> line.contains("is damaged and is computed again"))
        .contains(saved.size() - 1 + " stages were taken from the checkpoint");
    assertThat(output.resolve("_checkpoints")).doesNotExist();
  }

  @Test
  void aRunThatIsStoppedInItsFirstStageSavesNothing() throws IOException {
    Path output = folder.resolve("out");
    Path checkpoint = folder.resolve("elsewhere");
    // Jump Your Steps asks before each of its evaluations, so it is the stage that is cut short.
    assertThatThrownBy(
            () ->
                run(context(new ArrayList<>(), () -> true), output, "run.checkpoint=" + checkpoint))
        .isInstanceOf(StoppedException.class);
    assertThat(checkpoint).doesNotExist();
    assertThat(output).doesNotExist();
  }

  @Test
  void thePlanWritesNothingAndRefusesWhatARunWould() throws IOException {
    LsdJob job = new LsdJob();
    Path output = folder.resolve("out");
    List<String> plan = job.plan(context(), JobConfig.load(List.of(), config(output), job.keys()));
    assertThat(plan).contains("publish the samplers to " + output);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    assertThatThrownBy(
            () ->
                job.plan(
                    context(),
                    JobConfig.load(List.of(), config(Path.of(result.artifact())), job.keys())))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is an artifact already");
    assertThatThrownBy(
            () ->
                job.plan(
                    context(),
                    JobConfig.load(List.of(), config(output, "lsd.teacher=gpt2"), job.keys())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("which is no model");
  }

  @Test
  void theUniformGraphWithLearnedTimes() {
    JobResult uniform =
        run(
            context(),
            folder.resolve("out"),
            "lsd.graph=uniform",
            "lsd.learnTimes=true",
            "lsd.steps=4",
            "lsd.objective=[scoreL2,direct]");
    LsdSchedule schedule =
        LsdSchedules.open(uniform.artifact(), context().hadoop()).schedule(Optional.empty());
    assertThat(schedule.times()).isNotEqualTo(GridSampler.uniformTimes(4, 1e-3));
    assertThat(schedule.process().graph()).isEqualTo(DiffusionGraph.UNIFORM);
    assertThat(uniform.metrics()).doesNotContainKey("firstHitting.m16.transitionError");
  }

  /** Letters for digits. */
  private static String word(int number) {
    return Integer.toString(number)
        .chars()
        .mapToObj(digit -> String.valueOf((char) ('a' + digit - '0')))
        .collect(Collectors.joining());
  }

  private String corpus(String name, int documents, String split) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      lines.add("the cat and the dog saw the " + word(i) + " rat in the barn");
    }
    Path text = Files.write(folder.resolve(name + ".txt"), lines);
    return run(
            context(),
            new PrepareTextJob(),
            List.of(
                "run.output=" + folder.resolve(name),
                "prepareText.source=" + text,
                "prepareText.length=16",
                "prepareText.split=" + split))
        .artifact();
  }

  @Test
  void aCorpusWithoutTestTextIsExplained() throws IOException {
    String corpus = corpus("corpus", 100, "[1.0,0.0,0.0]");
    assertThatThrownBy(
            () -> run(context(), folder.resolve("out"), "lsd.teacher=markov:1:" + corpus))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("The test split of " + corpus + " has no windows");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void textIsJudged() throws IOException {
    String corpus = corpus("corpus", 300, "[0.8,0.1,0.1]");
    JobResult text =
        run(
            context(),
            folder.resolve("out"),
            "lsd.teacher=markov:1:" + corpus,
            "lsd.judgeOrder=3",
            "lsd.steps=2",
            "lsd.objective=lookahead");
    assertThat(text.metrics())
        .containsKeys("data.judgeNll", "student.m2.judgeNll", "verdict.m2", "paper.m2.bigramTv")
        .doesNotContainKey("student.m2.sequenceError");
    Artifact published = Artifact.open(text.artifact(), context().hadoop());
    assertThat(published.manifest().parents()).hasSize(1);
    assertThat(new String(published.read("report.md"), StandardCharsets.UTF_8))
        .contains("judgeNll of real data");
  }
}
