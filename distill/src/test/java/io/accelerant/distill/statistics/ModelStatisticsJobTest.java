package io.accelerant.distill.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.onnx.OnnxNoise;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.model.StatisticsArtifact;
import io.accelerant.distill.model.network.ImageModels;
import io.accelerant.distill.sample.SampleJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelStatisticsJobTest extends SparkTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;

  @BeforeAll
  static void measureOnce() throws IOException {
    Files.write(shared.resolve("mixture.json"), CanonicalJson.bytes(Mixtures.sixteen(3).toJson()));
    result =
        run(
            context(),
            shared.resolve("statistics"),
            "modelStatistics.partitions=1",
            "modelStatistics.heldOut=40");
  }

  private static JobResult run(JobContext context, Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "modelStatistics.model=" + shared.resolve("mixture.json"),
                "modelStatistics.samples=300",
                "modelStatistics.grid=60",
                "modelStatistics.heldOut=40",
                "modelStatistics.nfe=[5,8]",
                "modelStatistics.truthSteps=100"));
    sets.addAll(List.of(more));
    return run(context, new ModelStatisticsJob(), sets);
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static List<String> sample(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "sample.model=" + shared.resolve("mixture.json"),
                "sample.solver=dpm-v3",
                "sample.statistics=" + shared.resolve("statistics"),
                "sample.spacing=log-snr",
                "sample.steps=6",
                "sample.count=5"));
    sets.addAll(List.of(more));
    return sets;
  }

  @Test
  void theArtifactSaysWhoseStatisticsTheyAreAndHowTheyWereMeasured() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("model-statistics");
    assertThat(artifact.readJson("config.json"))
        .containsEntry("modelSha256", Mixtures.sixteen(3).modelHash())
        .containsEntry("schedule", "vp-linear")
        .containsEntry("points", 61)
        .containsEntry("derivatives", "central differences")
        .containsEntry("data", "exact draws of the mixture");
    assertThat(StatisticsArtifact.open(result.artifact(), context()).statistics().size())
        .isEqualTo(16);
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("## Verdict", "## One step", "plots/l.png", "plots/s.png", "plots/b.png");
  }

  /** On noise that the statistics have not seen, in one step and at the end. */
  @Test
  void theStatisticsAreWorthSomething() {
    for (String against :
        List.of("step.order1.data", "step.order2.noise", "nfe5.unipc-2", "nfe8.dpmpp-2m")) {
      assertThat(result.metrics().get("verdict." + against + ".high").doubleValue())
          .as(against)
          .isNegative();
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "7"})
  void partitionsChangeNothing(int partitions) {
    JobResult cut =
        run(context(), folder.resolve("cut"), "modelStatistics.partitions=" + partitions);
    assertThat(cut.contentHash()).isEqualTo(result.contentHash());
    assertThat(cut.metrics().get("nfe5.dpm-v3")).isEqualTo(result.metrics().get("nfe5.dpm-v3"));
  }

  @Test
  void aStoppedRunGoesOnToTheSameContent() {
    List<String> said = new ArrayList<>();
    Path output = folder.resolve("out");
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            context().hadoop(),
            said::add,
            () -> said.stream().anyMatch(line -> line.contains("24 to 47")),
            false,
            "");
    assertThatThrownBy(() -> run(stopping, output)).isInstanceOf(StoppedException.class);
    assertThat(output.resolve("manifest.json")).doesNotExist();
    JobContext going =
        new JobContext(SparkTest::spark, context().hadoop(), said::add, () -> false, false, "");
    JobResult resumed = run(going, output, "modelStatistics.partitions=3");
    assertThat(said).anyMatch(line -> line.matches("[23] stages were taken from the checkpoint"));
    assertThat(resumed.contentHash()).isEqualTo(result.contentHash());
  }

  @Test
  void samplesAreDrawnWithThemAtTimesOfTheGrid() {
    JobResult samples = run(context(), new SampleJob(), sample(folder.resolve("samples")));
    Artifact artifact = Artifact.open(samples.artifact(), context().hadoop());
    assertThat(artifact.manifest().parents()).anyMatch(p -> p.role().equals("statistics"));
    assertThat(samples.metrics()).containsEntry("nfe", 6);
    Map<String, Object> json = artifact.readJson("samples.json");
    assertThat((List<?>) json.get("times")).hasSize(7);
    JobResult cut =
        run(context(), new SampleJob(), sample(folder.resolve("cut"), "sample.partitions=3"));
    assertThat(cut.contentHash()).isEqualTo(samples.contentHash());
    JobResult half =
        run(
            context(),
            new SampleJob(),
            sample(folder.resolve("half"), "sample.corrector=half", "sample.pseudoOrder=both"));
    assertThat(half.contentHash()).isNotEqualTo(samples.contentHash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sample.schedule=vp-cosine | the schedule vp-linear, not vp-cosine",
        "sample.tEnd=0.01 | tEnd 0.001, not 0.01",
        "sample.label=[0] | the model without labels, not with labels",
        "sample.steps=200 | same of the 61 grid points",
        "sample.ratios=[1,1,1.1,1,1,1] | is dpm-v3, which stores noise",
        "sample.solver=unipc | only solver dpm-v3 takes it, not unipc",
        "sample.variant=bh1 | only solver unipc has it, not dpm-v3"
      })
  void whatTheStatisticsAreNotOfIsRefused(String set, String message) {
    assertThatThrownBy(
            () -> run(context(), new SampleJob(), sample(folder.resolve("refused"), set)))
        .isInstanceOfAny(ArtifactException.class, ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anotherModelIsRefusedAndSoIsAnotherGuidance() throws IOException {
    Path other =
        Files.write(
            folder.resolve("other.json"), CanonicalJson.bytes(Mixtures.sixteen(4).toJson()));
    assertThatThrownBy(
            () ->
                run(
                    context(),
                    new SampleJob(),
                    sample(folder.resolve("samples"), "sample.model=" + other)))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("statistics of the model with modelSha256");
    assertThatThrownBy(
            () ->
                run(
                    context(),
                    new SampleJob(),
                    sample(folder.resolve("samples"), "sample.guidance=3", "sample.label=[0]")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("guidance 1.0, not 3.0");
  }

  @Test
  void aRowOfDcSolversReport() {
    JobResult fitted =
        run(
            context(),
            new DcSolverJob(),
            List.of(
                "run.output=" + folder.resolve("fit"),
                "dcSolver.model=" + shared.resolve("mixture.json"),
                "dcSolver.statistics=" + result.artifact(),
                "dcSolver.spacing=log-snr",
                "dcSolver.nfe=[5]",
                "dcSolver.fitNoise=4",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=24",
                "dcSolver.iterations=2",
                "dcSolver.truthSteps=100"));
    assertThat(fitted.metrics().get("nfe5.cfg1.dpm-v3").doubleValue())
        .isPositive()
        .isLessThan(fitted.metrics().get("nfe5.cfg1.mseBefore").doubleValue());
    assertThat(
            new String(
                Artifact.open(fitted.artifact(), context().hadoop()).read("report.md"),
                StandardCharsets.UTF_8))
        .contains("dpm-v3");
  }

  /** Eight by eight images, random weights: from images, and from the model's own samples. */
  @Test
  void aTrainedModelOfImages() throws IOException {
    String model = ImageModels.publish(folder.resolve("model"), 3).uri();
    List<String> sets =
        new ArrayList<>(
            List.of(
                "modelStatistics.model=" + model,
                "modelStatistics.samples=12",
                "modelStatistics.grid=12",
                "modelStatistics.heldOut=4",
                "modelStatistics.controlSteps=4",
                "modelStatistics.nfe=[4]",
                "modelStatistics.dataSteps=4",
                "modelStatistics.truthSteps=20",
                "modelStatistics.batch=4",
                "modelStatistics.guidance=2",
                "modelStatistics.label=[0,1]"));
    List<String> hashes = new ArrayList<>();
    for (int partitions : new int[] {1, 7}) {
      List<String> own = new ArrayList<>(sets);
      own.add("run.output=" + folder.resolve("own-" + partitions));
      own.add("modelStatistics.partitions=" + partitions);
      hashes.add(run(context(), new ModelStatisticsJob(), own).contentHash());
    }
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
    List<String> own = new ArrayList<>(sets);
    own.add("run.output=" + folder.resolve("images"));
    own.add("modelStatistics.data=" + images());
    JobResult measured = run(context(), new ModelStatisticsJob(), own);
    assertThat(measured.metrics().get("nfe4.dpm-v3").doubleValue()).isPositive();
    assertThat(Artifact.open(measured.artifact(), context().hadoop()).readJson("config.json"))
        .containsEntry("precision", "float32")
        .containsEntry("data", "train rows of images");
    own.set(1, "modelStatistics.samples=1000");
    own.set(own.size() - 2, "run.output=" + folder.resolve("many"));
    assertThatThrownBy(() -> run(context(), new ModelStatisticsJob(), own))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("train rows of label");
  }

  private String images() throws IOException {
    int count = 40;
    ByteBuffer images = ByteBuffer.allocate(16 + count * 64);
    images.putInt(0x803).putInt(count).putInt(8).putInt(8);
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(1, 1, i, 0);
      labels.put((byte) (i % 2));
      for (int p = 0; p < 64; p++) {
        images.put((byte) stream.nextInt(256));
      }
    }
    Files.write(folder.resolve("i"), images.array());
    Files.write(folder.resolve("l"), labels.array());
    return run(
            context(),
            new PrepareImagesJob(),
            List.of(
                "run.output=" + folder.resolve("data"),
                "prepareImages.source=" + folder.resolve("i"),
                "prepareImages.labels=" + folder.resolve("l"),
                "prepareImages.classes=2",
                "prepareImages.split=[0.8,0.2]"))
        .artifact();
  }

  @Test
  void anOnnxNetworkIsMeasuredByDifferencesAndWholeTimesAreRefused() throws IOException {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("statistics"),
                "modelStatistics.model=onnx:" + onnx(OnnxPort.Element.FLOAT32),
                "modelStatistics.schedule=ddpm-linear",
                "modelStatistics.samples=8",
                "modelStatistics.grid=24",
                "modelStatistics.heldOut=4",
                "modelStatistics.nfe=[4]",
                "modelStatistics.dataSteps=4",
                "modelStatistics.truthSteps=20"));
    assertThat(run(context(), new ModelStatisticsJob(), sets).metrics()).containsKey("nfe4.dpm-v3");
    sets.set(0, "run.output=" + folder.resolve("whole"));
    sets.set(1, "modelStatistics.model=onnx:" + onnx(OnnxPort.Element.INT32));
    assertThatThrownBy(() -> run(context(), new ModelStatisticsJob(), sets))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("takes whole times alone");
  }

  private Path onnx(OnnxPort.Element time) throws IOException {
    return Files.write(folder.resolve(time + ".onnx"), OnnxNoise.model(time, OnnxNoise.SLOPE, -1));
  }

  @Test
  void aGridThatIsTooCoarseAndAFlowAreRefused() {
    assertThatThrownBy(() -> run(context(), folder.resolve("coarse"), "modelStatistics.grid=8"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("modelStatistics.grid")
        .hasMessageContaining("too coarse for 10 steps");
    assertThatThrownBy(
            () -> run(context(), folder.resolve("flow"), "modelStatistics.schedule=flow"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("dpm-v3 is not defined");
  }
}
