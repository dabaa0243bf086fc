package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.PrepareVideosJob;
import io.accelerant.core.data.Videos;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.sample.SampleJob;
import io.accelerant.distill.teacher.PixelTables;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Videos of 4 by 8 by 8, and a teacher of four blocks that knows little. */
class FastLightGenJobTest extends SparkTest {
  private static final int SIZE = 256;

  /** Rows of an update and of a program, so that all trainings share programs. */
  private static final int BATCH = 8;

  /** Room for those of a whole run: the one that is stopped builds none again. */
  private static final int PROGRAMS = 64;

  private static final PatchTransformer NETWORK =
      new PatchTransformer(1, 8, 4, 16, 4, 2, 32, 3, false).withFrames(new Frames(4, 4));

  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;

  @BeforeAll
  static void distillOnce() {
    run(
        context(),
        new PrepareVideosJob(),
        "run.output=" + shared.resolve("data"),
        "prepareVideos.count=240",
        "prepareVideos.frames=4",
        "prepareVideos.height=8",
        "prepareVideos.width=8",
        "prepareVideos.split=[0.7,0.3]");
    publishTeacher();
    result = distill(shared.resolve("flg"));
  }

  /** Learns on this thread what would take longer in rounds on Spark. */
  private static void publishTeacher() {
    Training adam =
        Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(3e-3))
            .averaged(new ExponentialAverage(0.98, false), 1);
    Engine.start(1, "auto");
    LabelledPixels train =
        PixelTables.first(
            Videos.open(spark(), context().hadoop(), shared.resolve("data").toString(), "a test")
                .split("train"),
            Videos.COLUMN,
            1000);
    RoundStep flow =
        (programs, batch) -> {
          Sums sums = new Sums();
          double[] t = new double[batch.size()];
          Arrays.setAll(t, i -> batch.stratified(i, 1));
          NoisedData data =
              NoisedData.of(
                  NoisedData.data(batch, SIZE),
                  t,
                  NoisedData.labels(batch),
                  i -> batch.stream(i, 2));
          new RoleVelocity(programs, Loss.NETWORK, NETWORK, BATCH)
              .regress(data.rows(), data.velocity(), batch.union(), sums);
          return sums;
        };
    try (Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(
                    Loss.NETWORK, NETWORK, adam, Flat.of(Precision.FLOAT32, NETWORK.initial(1)));
        LocalRound workers =
            new LocalRound(train.shards(1), ProgramPool.ofJvm(PROGRAMS), Precision.FLOAT32, 1)) {
      new Trainer(workers, roles, 30).train(flow, Draw.shuffled(BATCH, 1));
      publish(
          "teacher",
          new ImageModel(NETWORK, roles.averages(Loss.NETWORK).floats(), new FlowPath()));
    }
  }

  private static void publish(String name, ImageModel model) {
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            shared.resolve(name).toString(), context().hadoop(), Claim.of("test"), false)) {
      model.write(artifact, model.parameters());
      artifact.commit(ManifestDraft.of(Model.KIND, "train-teacher", "test", 1));
    }
  }

  private static JobResult run(JobContext context, Job job, String... sets) {
    return job.run(context, JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  private static String[] sets(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "fastlightgen.model=" + shared.resolve("teacher"),
                "fastlightgen.data=" + shared.resolve("data"),
                "fastlightgen.prune=0.25",
                "fastlightgen.probes=8",
                "fastlightgen.levels=[0.3, 0.7]",
                "fastlightgen.steps=[2]",
                "fastlightgen.baselineSteps=[6]",
                "fastlightgen.baselineGuidance=[1.5]",
                "fastlightgen.seeds=[1]",
                "fastlightgen.samples=8",
                "fastlightgen.timed=8",
                "fastlightgen.judgeSteps=4",
                "fastlightgen.batch=" + BATCH,
                "fastlightgen.microBatch=" + BATCH,
                "fastlightgen.stage2.rounds=4",
                "fastlightgen.stage2.sharedLearningRate=0.1",
                "fastlightgen.stage2.driftEvery=2",
                "fastlightgen.stage2.alpha=[1.0]",
                "fastlightgen.stage2.sets=1",
                "fastlightgen.stage3.updates=2",
                "fastlightgen.stage3.ratio=2",
                "fastlightgen.stage3.warmUp=2",
                "fastlightgen.teacherSearch.guidance=[1.5]",
                "fastlightgen.teacherSearch.contrast=[0.5]",
                "fastlightgen.teacherSearch.updates=1"));
    sets.addAll(List.of(more));
    return sets.toArray(String[]::new);
  }

  private static JobResult distill(Path output, String... more) {
    return run(context(), new FastLightGenJob(), sets(output, more));
  }

  private static double metric(JobResult found, String name) {
    return found.metrics().get(name).doubleValue();
  }

  private static List<Row> table(String name, String order) {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, name).orderBy(order).collectAsList();
  }

  private static List<Integer> removed() {
    return table("plan", "block").stream()
        .filter(row -> !row.<Boolean>getAs("kept"))
        .map(row -> row.<Integer>getAs("block"))
        .toList();
  }

  @Test
  void everyControlStandsBeside() {
    for (String row :
        List.of(
            "teacher.n2",
            "teacher.n6",
            "pruned.n2",
            "dpmpp-2m.n2",
            "unipc.n2",
            "flg.n2",
            "naive.n2",
            "unpruned.n2",
            "strong.n2",
            "half.n2")) {
      assertThat(result.metrics())
          .containsKeys(
              row + ".distance.a",
              row + ".distance.b",
              row + ".distance.pixels",
              row + ".jitter",
              row + ".dynamic",
              row + ".accuracy",
              row + ".blockEvaluations");
    }
    int best = (int) metric(result, "teacher.best");
    assertThat(result.metrics())
        .containsKeys(
            "raw.n" + best + ".distance.b",
            "pruned-shared-alpha1.n" + best + ".distance.b",
            "flg.n2.seconds",
            "flg.n2.measuredRatio",
            "flg.n2.measuredOfComputed",
            "verdict.ofSimple.n2",
            "floor.distance.b");
  }

  @Test
  void blocksAreCounted() {
    assertThat(metric(result, "flg.n2.blockEvaluations")).isEqualTo(2 * 3);
    assertThat(metric(result, "half.n2.blockEvaluations")).isEqualTo(4);
    assertThat(metric(result, "unpruned.n2.blockEvaluations")).isEqualTo(8);
    int best = (int) metric(result, "teacher.best");
    double calls = metric(result, "teacher.n" + best + ".guidance") == 1 ? best : 2 * best;
    assertThat(metric(result, "flg.n2.computedRatio")).isCloseTo(calls * 4 / 6, within(1e-12));
  }

  @Test
  void importanceAndPlanCanBeComputedAgain() {
    List<Row> rows = table("importance", "block");
    assertThat(rows).hasSize(4 * 2);
    for (Row row : rows) {
      double level = row.getAs("level");
      assertThat(row.<Double>getAs("delta"))
          .isCloseTo(level * level * row.<Double>getAs("deltaPlain"), within(1e-15));
      assertThat(row.<Double>getAs("influence")).isPositive();
    }
    double[] delta = new double[4];
    rows.forEach(row -> delta[row.<Integer>getAs("block")] += row.<Double>getAs("delta") / 2);
    assertThat(removed()).containsExactly(delta[1] <= delta[2] ? 1 : 2);
    assertThat(table("plan", "block").get(3).<String>getAs("reason")).isEqualTo("guarded");
  }

  /** At a rate that is far too large the whole network is lost at once. */
  @Test
  void theGuardStopsASharedTargetAndNoOther() {
    assertThat(metric(result, "skipping.shared-alpha1.seed1.updates")).isEqualTo(2);
    assertThat(metric(result, "skipping.frozen-alpha1.seed1.updates")).isEqualTo(4);
    double drift =
        table("stage", "update").stream()
            .filter(row -> row.<String>getAs("arm").equals("shared-alpha1"))
            .filter(row -> row.<Integer>getAs("update") == 2)
            .mapToDouble(row -> row.<Double>getAs("drift"))
            .sum();
    assertThat(drift).isGreaterThan(.05);
  }

  @Test
  void everyUpdateOfTheFakeNetworkHasALossAndEverySecondOneOfTheGenerator() {
    List<Row> rows =
        table("stage", "update").stream()
            .filter(row -> row.<String>getAs("arm").equals("flg.n2"))
            .toList();
    assertThat(rows).hasSize(2 + 2 * 2);
    assertThat(rows).noneMatch(row -> row.isNullAt(row.fieldIndex("fakeLoss")));
    assertThat(rows.stream().filter(row -> !row.isNullAt(row.fieldIndex("loss"))))
        .extracting(row -> row.<Integer>getAs("update"))
        .containsExactly(4, 6);
  }

  @Test
  void theArtifactIsTheNetworkWithoutItsBlocks() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    PatchTransformer network = ImageModel.read(artifact, "a test").network();
    List<Integer> removed = removed();
    assertThat(network.keep()).hasSize(3).doesNotContainAnyElementsOf(removed);
    Model model = Model.read(artifact);
    assertThat(model.parameters()).hasSize((int) metric(result, "flg.n2.parameters"));
    assertThat(model.network().layout().tensors())
        .noneMatch(t -> t.name().startsWith("blocks." + removed.get(0) + "."));
    Model two = Model.read(artifact, "stage2.safetensors");
    assertThat(two.parameters()).isNotEqualTo(model.parameters());
    assertThat(artifact.readJson("sampler.json"))
        .containsEntry("steps", 2)
        .containsEntry("levels", List.of(1.0, .5));
    for (String file :
        List.of("plots/real.png", "plots/samples.gif", "plots/importance.png", "python/load.py")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("Verdict", "frozen-alpha1", "(stopped)", "distance.pixels");
  }

  /** What the table holds of a row's samples gives the row's numbers. */
  @Test
  void videosAreThoseThatWereMeasured() {
    List<Row> rows =
        table("video", "id").stream()
            .filter(row -> row.<String>getAs("arm").equals("flg.n2"))
            .toList();
    assertThat(rows).hasSize(8);
    assertThat(rows.get(4).<Integer>getAs("label")).isEqualTo(1);
    JobResult drawn = sample("as-measured", "sample.label=[0, 1, 2]", "sample.count=8");
    Artifact samples = Artifact.open(drawn.artifact(), context().hadoop());
    List<?> x = (List<?>) ((List<?>) samples.readJson("samples.json").get("x")).get(7);
    List<Integer> frames = rows.get(7).getList(rows.get(7).fieldIndex("frames"));
    for (int i = 0; i < SIZE; i++) {
      assertThat(frames.get(i))
          .isEqualTo(ImageModel.toByte(((Number) x.get(i)).doubleValue()) & 0xff);
    }
  }

  private JobResult sample(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "sample.model=" + result.artifact(),
                "sample.count=6",
                "run.seed=1"));
    sets.addAll(List.of(more));
    return run(context(), new SampleJob(), sets.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "sample.steps=4, was trained for 2 steps at guidance 1",
    "sample.guidance=2, was trained for 2 steps at guidance 1",
    "sample.solver=ddim, but the sampler was fitted with euler"
  })
  void sampleRefusesAnythingElse(String set, String message) {
    assertThatThrownBy(() -> sample("refused", "sample.label=[0, 1, 2]", set))
        .isInstanceOf(AccelerantException.class)
        .hasMessageContaining(message);
  }

  @Test
  void pythonDrawsTheSameWithNumpyAlone() throws Exception {
    double[][] start = new double[2][SIZE];
    double[][] between = new double[2][SIZE];
    for (int i = 0; i < 2; i++) {
      RandomStream first = new RandomStream(1, RandomStream.purpose("sample.noise"), i, 0);
      RandomStream second = new RandomStream(1, RandomStream.purpose("sample.noise"), i, 1);
      for (int p = 0; p < SIZE; p++) {
        start[i][p] = first.nextGaussian();
        between[i][p] = second.nextGaussian();
      }
    }
    Path noise = folder.resolve("noise.json");
    Files.write(noise, CanonicalJson.bytes(Map.of("start", start, "between", between)));
    JobResult drawn = sample("drawn", "sample.label=[0, 1]", "sample.count=2");
    String said =
        Python.run(
            Path.of(result.artifact()),
            """
            import json, sys
            sys.path.insert(0, "python")
            import load
            given = json.load(open(sys.argv[1]))
            x = load.sample(given["start"], [0, 1], renoise=[given["between"]], steps=2)
            try:
                load.sample(given["start"], [0, 1], steps=3)
            except ValueError:
                print(" ".join(str(v) for v in x.ravel()))
            """,
            noise.toString());
    double[] python = Arrays.stream(said.split(" ")).mapToDouble(Double::parseDouble).toArray();
    Artifact samples = Artifact.open(drawn.artifact(), context().hadoop());
    double[] java =
        ((List<?>) samples.readJson("samples.json").get("x"))
            .stream()
                .flatMap(row -> ((List<?>) row).stream())
                .mapToDouble(v -> ((Number) v).doubleValue())
                .toArray();
    assertThat(python).containsExactly(java, within(1e-4));
  }

  @Test
  void theSearchHasATeacherWithoutContrastAsWell() {
    assertThat(metric(result, "choice.n2.guidance")).isEqualTo(1.5);
    assertThat(metric(result, "choice.n2.unpruned.guidance")).isEqualTo(1.5);
    assertThat(List.of(0.0, .5)).contains(metric(result, "choice.n2.contrast"));
    assertThat(table("stage", "arm"))
        .extracting(row -> row.<String>getAs("stage"))
        .contains("skipping", "matching");
  }

  /** Stopped after a unit of each stage, on other partitions: the bits are those of one go. */
  @Test
  void aStopInEachStageChangesNothing() {
    Path output = folder.resolve("stopped");
    for (String moment :
        List.of("blocks [", "stage II, frozen", "search.", "stage III, flg", "measured.half")) {
      AtomicBoolean stop = new AtomicBoolean();
      Progress watching = line -> stop.compareAndSet(false, line.contains(moment));
      JobContext stopped =
          new JobContext(SparkTest::spark, context().hadoop(), watching, stop::get, false, "");
      assertThatThrownBy(
              () -> run(stopped, new FastLightGenJob(), sets(output, "fastlightgen.partitions=1")))
          .as(moment)
          .isInstanceOf(StoppedException.class);
    }
    JobResult again =
        distill(output, "run.resume=require", "fastlightgen.partitions=7", "run.format=json");
    assertThat(again.contentHash()).isEqualTo(result.contentHash());
  }

  @Test
  void whatCannotBeDistilledIsRefusedInOneLine() {
    assertThatThrownBy(
            () -> distill(folder.resolve("own"), "fastlightgen.model=" + result.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("fastlightgen.model names");
    assertThatThrownBy(
            () -> distill(folder.resolve("data"), "fastlightgen.data=" + shared.resolve("teacher")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("fastlightgen.data needs images or videos");
    assertThatThrownBy(() -> distill(folder.resolve("many"), "fastlightgen.samples=100"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("fastlightgen.samples = 100 needs 200");
    assertThatThrownBy(() -> distill(folder.resolve("much"), "fastlightgen.prune=0.7"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.prune")
        .hasMessageContaining("2 of 4 blocks may go");
    assertThatThrownBy(
            () -> run(context(), new FastLightGenJob(), "run.output=" + folder.resolve("without")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.model")
        .hasMessageContaining("is required");
  }
}
