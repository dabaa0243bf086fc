package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.accelerant.core.job.SiteSettings;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every job keeps to, run on its own example configuration made small: a dry run writes
 * nothing, a run publishes an artifact that verifies, the same again has the same content, a wrong
 * key ends with 2. A job without an example here fails the build.
 */
@Timeout(600)
class JobContractTest extends SparkTest {
  @TempDir static Path scratch;

  /**
   * Example files of {@code conf/}, each with what makes it small. Later ones read earlier ones.
   */
  private static final Map<String, Example> EXAMPLES = new LinkedHashMap<>();

  private static final ContentHashes HASHES = new ContentHashes();

  /**
   * @param name of the output, before the version
   * @param line what the run said
   */
  private record First(String name, JsonNode line) {}

  /** Runs that were needed before all tests. */
  private static final Map<String, First> FIRST = new HashMap<>();

  /** What an undisturbed run of the example that is killed and divided publishes. */
  private static String countdown;

  /**
   * @param job name on the command line
   * @param conf file in {@code conf/}, or empty
   * @param sets settings that make it small; {@code @} is the scratch folder
   */
  private record Example(String job, String conf, List<String> sets) {
    List<String> arguments(Path folder, String output) {
      List<String> arguments = new ArrayList<>(List.of(job));
      if (!conf.isEmpty()) {
        arguments.add("--conf");
        arguments.add(Accelerant.project().resolve("conf").resolve(conf).toString());
      }
      List<String> all = new ArrayList<>(sets);
      all.add("run.output=" + output);
      all.forEach(
          set -> {
            arguments.add("--set");
            arguments.add(set.replace("@", folder.toString()));
          });
      return arguments;
    }

    @Override
    public String toString() {
      return job + (conf.isEmpty() ? "" : " with " + conf);
    }
  }

  private static final String COUNTDOWN = "lsd lsd-countdown.conf";

  private static final List<String> SMALL_LSD =
      List.of(
          "lsd.steps=[2, 4]",
          "lsd.baselineSteps=[2, 4]",
          "lsd.teacherSteps=8",
          "lsd.trajectories=64",
          "lsd.batch=16",
          "lsd.passes=2",
          "lsd.directIterations=4",
          "lsd.directSamples=32",
          "lsd.jysSamples=16",
          "lsd.fitSamples=32",
          "lsd.exponents=[1.0, 1.2]",
          "lsd.samples=64");

  private static final List<String> SMALL_TEACHER =
      List.of(
          "trainTeacher.data=@/prepare-text-1",
          "trainTeacher.width=16",
          "trainTeacher.layers=1",
          "trainTeacher.heads=2",
          "trainTeacher.sampleEvery=3",
          "train.rounds=6",
          "train.batch=4",
          "train.checkpointEvery=2");

  private static final List<String> SMALL_LANGUAGE_MODEL =
      List.of(
          "trainTeacher.data=@/prompts-1",
          "trainTeacher.width=16",
          "trainTeacher.layers=1",
          "trainTeacher.heads=2",
          "train.workers=1",
          "train.rounds=6",
          "train.batch=4",
          "train.microBatch=4",
          "train.warmUp=2",
          "train.checkpointEvery=2");

  private static final List<String> SMALL_PIXEL_TEACHER =
      List.of(
          "trainTeacher.width=16",
          "trainTeacher.layers=4",
          "trainTeacher.hidden=32",
          "trainTeacher.samples=24",
          "trainTeacher.sampleSteps=2",
          "trainTeacher.sampleEvery=0",
          "trainTeacher.evaluationDraws=2",
          "train.workers=1",
          "train.batch=8",
          "train.rounds=4");

  private static final List<String> SMALL_FASTLIGHTGEN =
      List.of(
          "fastlightgen.prune=0.25",
          "fastlightgen.probes=8",
          "fastlightgen.levels=[0.5]",
          "fastlightgen.baselineSteps=[2]",
          "fastlightgen.baselineGuidance=[1.5]",
          "fastlightgen.samples=12",
          "fastlightgen.timed=8",
          "fastlightgen.judgeSteps=10",
          "fastlightgen.batch=8",
          "fastlightgen.stage2={rounds = 4, sets = 1, alpha = [1.0]}",
          "fastlightgen.stage3={updates = 2, ratio = 2, warmUp = 1}",
          "fastlightgen.teacherSearch.contrast=[]");

  private static void example(String job, String conf, List<String> sets) {
    EXAMPLES.put(job + " " + conf, new Example(job, conf, sets));
  }

  @BeforeAll
  static void examples() throws IOException {
    Path text = scratch.resolve("source.txt");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      lines.append(
          Text.of(
              "entry %s tells how the %s thing is made of other ones\n",
              word(i), word(31 * i + 7)));
    }
    Files.writeString(text, lines);
    example(
        "prepare-text",
        "prepare-text.conf",
        List.of("prepareText.source=@/source.txt", "prepareText.length=16"));
    example("prepare-prompts", "prepare-prompts.conf", List.of("preparePrompts.count=200"));
    example(
        "import-model",
        "import-model.conf",
        List.of(
            "importModel.source="
                + Accelerant.project().resolve("core/src/test/resources/golden-models/gpt2-f32")));
    example("lsd", "lsd-countdown.conf", with(SMALL_LSD, "lsd.length=12"));
    example("lsd", "lsd-uniform.conf", SMALL_LSD);
    example("lsd", "lsd-text.conf", with(SMALL_LSD, "lsd.teacher=markov:2:@/prepare-text-1"));
    example("sample", "sample.conf", List.of("sample.count=40", "sample.length=12"));
    Path models = Accelerant.project().resolve("conf/models");
    example(
        "sample",
        "sample-mixture.conf",
        List.of(
            "sample.model=" + models.resolve("mixture-2d.json"),
            "sample.noise=" + models.resolve("noise-2d.json")));
    example("train-teacher", "train-teacher.conf", SMALL_TEACHER);
    example("train-teacher", "language/cloze-chain.conf", SMALL_LANGUAGE_MODEL);
    example(
        "train-teacher",
        "train-teacher-video.conf",
        with(
            SMALL_PIXEL_TEACHER,
            "trainTeacher.data=@/videos-1",
            "trainTeacher.classifierSteps=10"));
    example(
        "train-teacher",
        "train-teacher-image-flow.conf",
        with(SMALL_PIXEL_TEACHER, "trainTeacher.data=@/small-images", "trainTeacher.patch=4"));
    example("sample", "sample-video.conf", List.of("sample.model=@/video-model-1"));
    example(
        "sample",
        "sample-prompts.conf",
        List.of("sample.model=@/language-model-1", "sample.prompts=@/prompts-1"));
    example("evaluate", "evaluate-prompts.conf", List.of("evaluate.samples=@/answers-1"));
    example(
        "evaluate",
        "evaluate-decoders.conf",
        List.of(
            "evaluate.model=@/language-model-1",
            "evaluate.prompts=@/prompts-1",
            "evaluate.decoders=[one-per-step, confidence, saber]",
            "evaluate.thresholds.confidence=[0.2, 0.9]",
            "evaluate.thresholds.saber=[2]"));
    example(
        "lsd",
        "lsd-trained.conf",
        with(SMALL_LSD, "lsd.teacher=@/teacher-1", "lsd.reference=@/prepare-text-1"));
    example(
        "evaluate",
        "evaluate.conf",
        List.of("evaluate.samples=@/source.txt", "evaluate.reference=@/prepare-text-1"));
    example("prepare-images", "prepare-images.conf", List.of());
    example(
        "prepare-videos",
        "prepare-videos.conf",
        List.of(
            "prepareVideos.count=120",
            "prepareVideos.frames=4",
            "prepareVideos.height=8",
            "prepareVideos.width=8",
            "prepareVideos.split=[0.8, 0.2]"));
    example("rs2", "rs2.conf", List.of("rs2.input=range:2000", "rs2.rounds=12"));
    example(
        "train-classifier",
        "train-classifier.conf",
        List.of(
            "trainClassifier.rounds=2",
            "trainClassifier.ratios=[0.05]",
            "trainClassifier.seeds=[1]",
            "trainClassifier.hidden=[16]"));
    for (String conf : List.of("mixture", "guided", "logsnr", "middle")) {
      String mixture = conf.equals("middle") ? "mixture-16d-middle.json" : "mixture-16d.json";
      example(
          "dc-solver",
          "dc-solver-" + conf + ".conf",
          List.of(
              "dcSolver.model=" + Accelerant.project().resolve("conf/models").resolve(mixture),
              "dcSolver.nfe=[5]",
              "dcSolver.iterations=5",
              "dcSolver.noiseSets=1",
              "dcSolver.evalNoise=16",
              "dcSolver.truthSteps=30"));
    }
    example("data-moments", "data-moments.conf", List.of("dataMoments.data=@/small-images"));
    example(
        "compare-solvers",
        "compare-solvers.conf",
        List.of(
            "compareSolvers.model=" + models.resolve("mixture-16d.json"),
            "compareSolvers.nfe=[3, 5]",
            "compareSolvers.dualFast={c = [0.5], schedule = [constant], solvers = [ddim]}",
            "compareSolvers.teleport.to=[0.6]",
            "compareSolvers.choice=8",
            "compareSolvers.count=16",
            "compareSolvers.truthSteps=30"));
    example(
        "search-solver",
        "search-solver.conf",
        List.of(
            "searchSolver.model=" + Accelerant.project().resolve("conf/models/mixture-16d.json"),
            "searchSolver.nfe=[3]",
            "searchSolver.seeds=[1]",
            "searchSolver.population=8",
            "searchSolver.generations=3",
            "searchSolver.parents=4",
            "searchSolver.fitNoise=8",
            "searchSolver.evalNoise=16",
            "searchSolver.ranked.updates=10",
            "searchSolver.truthSteps=30"));
    example(
        "model-statistics",
        "model-statistics.conf",
        List.of(
            "modelStatistics.model=" + Accelerant.project().resolve("conf/models/mixture-16d.json"),
            "modelStatistics.samples=32",
            "modelStatistics.grid=24",
            "modelStatistics.heldOut=4",
            "modelStatistics.controlSteps=4",
            "modelStatistics.nfe=[5]",
            "modelStatistics.truthSteps=30"));
    example(
        "mmd",
        "mmd.conf",
        List.of(
            "mmd.model=@/image-model",
            "mmd.data=@/images-1",
            "mmd.samples=64",
            "mmd.curveSamples=64",
            "mmd.evaluateEvery=4",
            "mmd.classifierSteps=20",
            "mmd.judgeEpochs=1",
            "mmd.reference=300",
            "mmd.components=8",
            "mmd.baselineSteps=[10]",
            "mmd.truthSteps=10",
            "train.workers=2",
            "train.batch=4",
            "train.rounds=4"));
    example(
        "certainty",
        "certainty.conf",
        List.of(
            "certainty.model=@/language-model-1",
            "certainty.prompts=@/prompts-1",
            "certainty.correctOnly=false",
            "certainty.texts=[self]",
            "certainty.trajectories=16",
            "certainty.fitPrompts=4",
            "certainty.testPrompts=4",
            "certainty.bootstrap=100",
            "certainty.decoders=[one-per-step, confidence, saber]",
            "certainty.thresholds.confidence=[0.9]",
            "certainty.thresholds.saber=[2]",
            "train.rounds=3",
            "train.batch=4",
            "train.microBatch=4"));
    example(
        "fastlightgen",
        "fastlightgen.conf",
        with(
            SMALL_FASTLIGHTGEN,
            "fastlightgen.model=@/video-model-1",
            "fastlightgen.data=@/videos-1"));
    example(
        "fastlightgen",
        "fastlightgen-images.conf",
        with(
            SMALL_FASTLIGHTGEN,
            "fastlightgen.model=@/image-flow-1",
            "fastlightgen.data=@/small-images"));
    example(
        "fastlightgen",
        "fastlightgen-numbers.conf",
        List.of("fastlightgen.of=" + models.resolve("fastlightgen-numbers.json")));
    for (String conf : List.of("gvm-raft.conf", "gvm-raft-chains.conf")) {
      example(
          "gvm-raft",
          conf,
          List.of(
              "gvmRaft.model=@/causal-model",
              "gvmRaft.prompts=@/letters",
              "gvmRaft.answerLength=1",
              "gvmRaft.iterations=2",
              "gvmRaft.promptsPerStep=8",
              "gvmRaft.seeds=[1]",
              "gvmRaft.frozen={prompts = 4, samples = 16, repetitions = 2, probes = [8]}"));
    }
    example(
        "lead",
        "lead.conf",
        List.of(
            "lead.model=@/causal-model",
            "lead.pool=@/letters",
            "lead.newTasks=[]",
            "lead.budget=12",
            "lead.rounds=3",
            "lead.clusters=2",
            "lead.seeds=[1]",
            "lead.warmUp.rows=8",
            "train.batch=4",
            "train.microBatch=4"));
    example("collect-trajectories", "collect-trajectories.conf", List.of("collect.episodes=20"));
    example(
        "trajectory-weights",
        "trajectory-weights.conf",
        List.of("trajectoryWeights.input=@/trajectories-1", "trajectoryWeights.draws=256"));
    example(
        "offline-rl",
        "offline-rl.conf",
        List.of("offlineRl.input=@/trajectories-1", "offlineRl.bcSteps=20"));
    first("collect-trajectories collect-trajectories.conf", "trajectories");
    first("prepare-images prepare-images.conf", "images");
    first("prepare-videos prepare-videos.conf", "videos");
    first("train-teacher train-teacher-video.conf", "video-model");
    SmallImages.publish(scratch);
    first("train-teacher train-teacher-image-flow.conf", "image-flow");
    SmallImageModel.publish(scratch.resolve("image-model"));
    LetterTask.publish(spark(), scratch);
    first("prepare-text prepare-text.conf", "prepare-text");
    first("train-teacher train-teacher.conf", "teacher");
    first("prepare-prompts prepare-prompts.conf", "prompts");
    first("train-teacher language/cloze-chain.conf", "language-model");
    first("sample sample-prompts.conf", "answers");
    countdown = first(COUNTDOWN, "whole").get("contentHash").asText();
  }

  /** Version 1 of an output, which later examples may read, and what its run said. */
  private static JsonNode first(String example, String name) {
    JsonNode line = run(example, "@/" + name + "-{version}");
    assertThat(line.get("status").asText()).isEqualTo("ok");
    FIRST.put(example, new First(name, line));
    return line;
  }

  /** A number in letters. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number + 26; rest > 0; rest /= 26) {
      word.append((char) ('a' + rest % 26));
    }
    return word.toString();
  }

  private static List<String> with(List<String> sets, String... more) {
    return Stream.concat(sets.stream(), Stream.of(more)).toList();
  }

  static List<String> names() {
    return List.copyOf(EXAMPLES.keySet());
  }

  private static JsonNode run(String example, String output, String... more) {
    List<String> arguments = new ArrayList<>(EXAMPLES.get(example).arguments(scratch, output));
    arguments.addAll(List.of(more));
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line();
  }

  /** What runs other jobs has its own tests. */
  @Test
  void everyJobHasAnExample() {
    assertThat(EXAMPLES.values())
        .extracting(Example::job)
        .contains(
            Commands.all().stream()
                .map(JobCommand::name)
                .filter(name -> !Commands.OF_JOBS.contains(name))
                .toArray(String[]::new));
  }

  @Test
  void everyExampleHasAContentHash() {
    assertThat(HASHES.examples()).containsExactlyInAnyOrderElementsOf(EXAMPLES.keySet());
  }

  @ParameterizedTest
  @MethodSource("names")
  void aDryRunPlansAndWritesNothing(String example) {
    String output = "@/dry-" + example.hashCode();
    assertThat(run(example, output, "--dry-run").get("plan")).isNotEmpty();
    assertThat(Path.of(output.replace("@", scratch.toString()))).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aRunPublishesAnArtifactThatVerifiesAndTheSameAgainHasTheSameContent(String example)
      throws IOException {
    if (!FIRST.containsKey(example)) {
      first(example, "run-" + example.hashCode());
    }
    JsonNode first = FIRST.get(example).line();
    String output = "@/" + FIRST.get(example).name() + "-{version}";
    HASHES.check(example, first.get("contentHash").asText());
    Accelerant.Outcome verified =
        Accelerant.run("artifact", "verify", first.get("artifact").asText());
    assertThat(verified.exitCode()).as(verified.err()).isZero();
    assertThat(Path.of(first.get("artifact").asText(), "report.md")).isNotEmptyFile();
    String killed = leaveKilledRun(first.get("artifact").asText());
    JsonNode plan = run(example, output, "--dry-run").get("plan");
    JsonNode second =
        elsewhere(
            () ->
                run(
                    example,
                    output,
                    "--set",
                    "run.format=json",
                    "--set",
                    "spark.sql.shuffle.partitions=3"));
    assertThat(foreignDigits(killed)).isEmpty();
    assertThat(second.get("artifact").asText()).isEqualTo(killed);
    assertThat(plan.get(plan.size() - 1).asText()).contains(killed);
    assertThat(second.get("contentHash")).isEqualTo(first.get("contentHash"));
  }

  /**
   * Under the settings of another site, and in a place with other digits, whose I in lower case has
   * no dot.
   */
  private static <T> T elsewhere(Supplier<T> work) {
    return Accelerant.inTurn(
        () -> DefaultLocale.elsewhere(() -> SiteSettings.under(spark(), work)));
  }

  /** Files of an artifact that hold other digits than 0 to 9, or are called by them. */
  private static List<String> foreignDigits(String artifact) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(artifact))) {
      return files
          .filter(file -> !file.getFileName().toString().contains("part-")) // Spark's own
          .filter(
              file ->
                  hasForeignDigits(file.toString()) || isText(file) && hasForeignDigits(read(file)))
          .map(Path::toString)
          .toList();
    }
  }

  private static boolean isText(Path file) {
    return Files.isRegularFile(file) && file.toString().matches(".*\\.(md|py|jsonl|json)");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).replaceAll("part-[^\"]*", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasForeignDigits(String text) {
    return text.chars().anyMatch(c -> c > 127 && Character.isDigit(c));
  }

  /** What a run of the same work leaves in version 7 when it is killed: nothing but its claim. */
  private static String leaveKilledRun(String first) throws IOException {
    Path killed = Path.of(first.replaceFirst("-1$", "-7"));
    ObjectMapper json = new ObjectMapper();
    ObjectNode claim = (ObjectNode) json.readTree(Path.of(first, "_claim").toFile());
    claim.put("pid", 999_999_999L);
    json.writeValue(Files.createDirectory(killed).resolve("_claim").toFile(), claim);
    return killed.toString();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aWrongKeyEndsWithTwoAndNamesTheNearest(String example) {
    Example job = EXAMPLES.get(example);
    List<String> arguments = new ArrayList<>(job.arguments(scratch, "@/wrong"));
    arguments.addAll(List.of("--set", "run.sead=1"));
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("run.sead", "run.seed");
    assertThat(scratch.resolve("wrong")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("names")
  void anOutputThatIsTakenEndsWithFour(String example) {
    Example job = EXAMPLES.get(example);
    Accelerant.Outcome outcome =
        Accelerant.run(job.arguments(scratch, "@/prepare-text-1").toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(4);
  }

  @Test
  void theMixtureOfTheExamplesGivesThePublishedVector() throws IOException {
    run("sample sample-mixture.conf", "@/vector");
    JsonNode x = new ObjectMapper().readTree(scratch.resolve("vector/samples.json").toFile());
    double[] expected = {.98728212, -.12169018, -.8856589, .88584963};
    for (int i = 0; i < expected.length; i++) {
      assertThat(x.get("x").get(i / 2).get(i % 2).asDouble()).isCloseTo(expected[i], within(1e-7));
    }
  }

  /**
   * kill -9 in the middle, twice; the same command then ends with the content of an undisturbed
   * run.
   */
  @Test
  void aKilledRunGoesOnFromItsLastStage() throws Exception {
    String output = "@/killed-{version}";
    String[] command = EXAMPLES.get(COUNTDOWN).arguments(scratch, output).toArray(String[]::new);
    for (String moment : List.of("best constant exponent for 2 steps", "evaluation 3/")) {
      Accelerant.Running running = Accelerant.start(Main.class, scratch, command);
      running.await(moment);
      running.process().destroyForcibly().waitFor();
    }
    Accelerant.Outcome resumed = Accelerant.start(Main.class, scratch, command).finish();
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("stages were taken from the checkpoint");
    assertThat(resumed.err()).doesNotContain("direct, 2 steps, iteration");
    assertThat(resumed.line().get("artifact").asText()).endsWith("killed-1");
    assertThat(resumed.line().get("contentHash").asText()).isEqualTo(countdown);
  }

  /**
   * The same numbers from executors in processes of their own, with Kryo, whatever the partitions.
   */
  @Test
  void contentIsTheSameOnAClusterAndForAnyPartitioning() {
    for (int partitions : new int[] {1, 7}) {
      JsonNode cut = run(COUNTDOWN, "@/cut-" + partitions, "--set", "lsd.partitions=" + partitions);
      assertThat(cut.get("contentHash").asText()).isEqualTo(countdown);
    }
    List<String> arguments =
        new ArrayList<>(EXAMPLES.get(COUNTDOWN).arguments(scratch, "@/cluster"));
    arguments.addAll(
        List.of("--set", "spark.serializer=org.apache.spark.serializer.KryoSerializer"));
    Accelerant.Outcome cluster =
        Accelerant.spawnOnCluster(Main.class, scratch, arguments.toArray(String[]::new));
    assertThat(cluster.exitCode()).as(cluster.err()).isZero();
    assertThat(cluster.line().get("contentHash").asText()).isEqualTo(countdown);
  }
}
