package io.accelerant.distill.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.model.network.ImageModels;
import io.accelerant.distill.moments.DataMomentsJob;
import io.accelerant.distill.search.SearchSolverJob;
import io.accelerant.distill.statistics.ModelStatisticsJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareSolversJobTest extends SparkTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static String sampler;
  private static String statistics;
  private static String searched;
  private static JobResult result;

  @BeforeAll
  static void runOnce() throws IOException {
    Files.write(shared.resolve("mixture.json"), CanonicalJson.bytes(Mixtures.sixteen(3).toJson()));
    sampler =
        run(
                context(),
                new DcSolverJob(),
                List.of(
                    "run.output=" + shared.resolve("fit"),
                    "dcSolver.model=" + shared.resolve("mixture.json"),
                    "dcSolver.nfe=[5]",
                    "dcSolver.noiseSets=1",
                    "dcSolver.evalNoise=16",
                    "dcSolver.optimizer=exact",
                    "dcSolver.truthSteps=60"))
            .artifact();
    statistics =
        run(
                context(),
                new ModelStatisticsJob(),
                List.of(
                    "run.output=" + shared.resolve("statistics"),
                    "modelStatistics.model=" + shared.resolve("mixture.json"),
                    "modelStatistics.samples=200",
                    "modelStatistics.grid=60",
                    "modelStatistics.heldOut=16",
                    "modelStatistics.nfe=[5]",
                    "modelStatistics.truthSteps=60"))
            .artifact();
    searched =
        run(
                context(),
                new SearchSolverJob(),
                List.of(
                    "run.output=" + shared.resolve("searched"),
                    "searchSolver.model=" + shared.resolve("mixture.json"),
                    "searchSolver.nfe=[5]",
                    "searchSolver.seeds=[1]",
                    "searchSolver.predictor=[none]",
                    "searchSolver.population=6",
                    "searchSolver.parents=3",
                    "searchSolver.generations=2",
                    "searchSolver.fitNoise=16",
                    "searchSolver.evalNoise=16",
                    "searchSolver.truthSteps=60"))
            .artifact();
    result = compareAll(context(), shared.resolve("compared"), "compareSolvers.partitions=1");
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static JobResult compare(JobContext context, Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "compareSolvers.model=" + shared.resolve("mixture.json"),
                "compareSolvers.nfe=[5, 8]",
                "compareSolvers.solvers=[ddim, dpmpp-2m, ipndm-2, unipc-3-bh2]",
                "compareSolvers.dualFast.c=[0.5]",
                "compareSolvers.dualFast.schedule=[constant]",
                "compareSolvers.dualFast.solvers=[ddim]",
                "compareSolvers.teleport.to=[0.8, 0.6]",
                "compareSolvers.samplers=[\"" + sampler + "\", \"" + searched + "\"]",
                "compareSolvers.choice=24",
                "compareSolvers.count=72",
                "compareSolvers.batch=20",
                "compareSolvers.truthSteps=200"));
    sets.addAll(List.of(more));
    return run(context, new CompareSolversJob(), sets);
  }

  /** With DPM-Solver-v3 too. */
  private static JobResult compareAll(JobContext context, Path output, String... more) {
    List<String> sets = new ArrayList<>(List.of(more));
    sets.add("compareSolvers.statistics=" + statistics);
    return compare(context, output, sets.toArray(String[]::new));
  }

  private static double metric(JobResult from, String name) {
    return from.metrics().get(name).doubleValue();
  }

  @Test
  void everyFamilyIsHeldAgainstTheBestPlainSolver() {
    for (String family :
        List.of(
            "dualFast",
            "teleport",
            "dpm-v3",
            "dc-sampler-1",
            "searched-sampler-2",
            "dualFast-ipndm-2")) {
      assertThat(result.metrics())
          .containsKeys(
              "verdict.nfe5." + family,
              "verdict.nfe5." + family + ".low",
              "verdict.nfe5." + family + ".high");
    }
    assertThat(result.metrics()).doesNotContainKey("verdict.nfe8.dc-sampler-1");
    assertThat(metric(result, "verdict.nfe8.teleport.high")).isNegative();
    assertThat(metric(result, "nfe8.unipc-3-bh2.log-snr.to-0.6.mse"))
        .isLessThanOrEqualTo(0.2 * metric(result, "nfe8.unipc-3-bh2.log-snr.mse"));
    assertThat(metric(result, "nfe8.dpm-v3-3.log-snr.mse"))
        .isLessThan(0.6 * metric(result, "nfe8.dpmpp-2m.log-snr.mse"));
    // DDIM with half of the previous output is iPNDM-2: the same but for rounding
    assertThat(metric(result, "nfe5.ddim.log-snr.dual-0.5-constant-previous.mse"))
        .isCloseTo(
            metric(result, "nfe5.ipndm-2.log-snr.mse"),
            org.assertj.core.data.Percentage.withPercentage(1e-6));
  }

  @Test
  void theArtifactHoldsTableReportAndPlots() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("solver-comparison");
    assertThat(artifact.manifest().parents())
        .extracting(Manifest.Parent::uri)
        .contains(sampler, statistics, searched);
    String report = new String(artifact.read("report.md"), StandardCharsets.UTF_8);
    assertThat(report)
        .contains(
            "## Verdict",
            "## Where to jump to",
            "t' = 0.6",
            "plots/best.png",
            "plots/jump-unipc-3-bh2-log-snr.png",
            "milliseconds a sample")
        .doesNotContain("Frechet");
    var rows = ArtifactTables.read(spark(), artifact, "solvers");
    assertThat(rows.count()).isEqualTo(2 * (8 + 4 + 4 + 4) + 2);
    var row = rows.filter("nfe = 8 AND sampler = 'ddim.log-snr'").first();
    assertThat(row.<Double>getAs("error")).isEqualTo(metric(result, "nfe8.ddim.log-snr.mse"));
    assertThat(row.<Double>getAs("milliseconds")).isPositive();
  }

  @Test
  void partitionsChangeNothing() {
    for (int partitions : new int[] {2, 7}) {
      JobResult cut =
          compareAll(
              context(),
              folder.resolve("p" + partitions),
              "compareSolvers.partitions=" + partitions);
      assertThat(cut.contentHash()).isEqualTo(result.contentHash());
    }
  }

  @Test
  void aStoppedRunGoesOnToTheSameContent() {
    List<String> said = new ArrayList<>();
    AtomicInteger saved = new AtomicInteger();
    BooleanSupplier afterTheFirst =
        () -> said.stream().anyMatch(line -> line.contains("samplers of 5")) && saved.get() == 0;
    assertThatThrownBy(() -> compareAll(context(said, afterTheFirst), folder.resolve("out")))
        .isInstanceOf(StoppedException.class);
    assertThat(folder.resolve("out/manifest.json")).doesNotExist();
    JobResult resumed = compareAll(context(said, () -> false), folder.resolve("out"));
    assertThat(said).anyMatch(line -> line.matches("[12] stages were taken from the checkpoint"));
    assertThat(resumed.contentHash()).isEqualTo(result.contentHash());
  }

  private static JobContext context(List<String> said, BooleanSupplier stop) {
    return new JobContext(SparkTest::spark, context().hadoop(), said::add, stop, false, "");
  }

  /** Bars in the upper or the lower half. */
  private String images() throws IOException {
    int count = 120;
    ByteBuffer pixels =
        ByteBuffer.allocate(16 + count * 64).putInt(0x803).putInt(count).putInt(8).putInt(8);
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(1, 1, i, 0);
      labels.put((byte) (i % 2));
      for (int p = 0; p < 64; p++) {
        pixels.put((byte) (stream.nextInt(60) + (p / 32 == i % 2 ? 190 : 0)));
      }
    }
    return run(
            context(),
            new PrepareImagesJob(),
            List.of(
                "run.output=" + folder.resolve("images"),
                "prepareImages.source=" + Files.write(folder.resolve("x"), pixels.array()),
                "prepareImages.labels=" + Files.write(folder.resolve("y"), labels.array()),
                "prepareImages.classes=2",
                "prepareImages.split=[0.6, 0.4]"))
        .artifact();
  }

  /** Eight by eight images, random weights. */
  @Test
  void aModelOfImagesIsJudgedByItsImagesToo() throws IOException {
    String images = images();
    String moments =
        run(
                context(),
                new DataMomentsJob(),
                List.of("run.output=" + folder.resolve("moments"), "dataMoments.data=" + images))
            .artifact();
    String[] sets = {
      "compareSolvers.model=" + ImageModels.publish(folder.resolve("model"), 3).uri(),
      "compareSolvers.label=[0,1]",
      "compareSolvers.samplers=[]",
      "compareSolvers.nfe=[3]",
      "compareSolvers.spacings=[time-uniform]",
      "compareSolvers.moments=" + moments,
      "compareSolvers.data=" + images,
      "compareSolvers.classifierSteps=20",
      "compareSolvers.choice=6",
      "compareSolvers.count=40",
      "compareSolvers.truthSteps=20"
    };
    JobResult found = compare(context(), folder.resolve("out"), sets);
    for (String space : List.of("a", "b", "pixels")) {
      assertThat(metric(found, "nfe3.ddim.time-uniform.frechet." + space)).isPositive();
      assertThat(metric(found, "frechet.training." + space)).isNotNegative();
      assertThat(metric(found, "frechet.truth." + space)).isPositive();
    }
    assertThat(Files.readString(folder.resolve("out/report.md"))).contains("In space pixels:");
    sets[sets.length - 2] = "compareSolvers.count=100";
    assertThatThrownBy(() -> compare(context(), folder.resolve("no"), sets))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("compareSolvers.count (--set) is 100; ")
        .hasMessageContaining("holds out 48 images");
    sets[sets.length - 2] = "compareSolvers.count=40";
    sets[5] = "run.name=x";
    assertThatThrownBy(() -> compare(context(), folder.resolve("none"), sets))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("compareSolvers.moments (not set) is required");
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    refused("compareSolvers.solvers=[ddim, heun]", "holds \"heun\", which is none of ddim, ");
    refused("compareSolvers.solvers=[euler]", "holds euler, which is not defined on vp-linear");
    refused("compareSolvers.spacings=[cosine]", "holds \"cosine\"; expected some of [time-uniform");
    refused("compareSolvers.dualFast.from=[last]", "expected some of [previous, first]");
    refused("compareSolvers.teleport.to=[0.0001]", "it must lie between 0.001");
    refused("compareSolvers.schedule=flow", "is for variance-preserving schedules, not flow");
    refused("compareSolvers.tEnd=0.01", "which was fitted on vp-linear to t = 0.001");
    Files.write(folder.resolve("other.json"), CanonicalJson.bytes(Mixtures.sixteen(4).toJson()));
    assertThatThrownBy(
            () ->
                compare(
                    context(),
                    folder.resolve("other"),
                    "compareSolvers.model=" + folder.resolve("other.json")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("was fitted for the model with modelSha256");
  }

  private void refused(String set, String message) {
    assertThatThrownBy(() -> compare(context(), folder.resolve("no"), set))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void solversHaveShortNames() {
    assertThat(SolverName.parse("unip-2-bh1").orElseThrow().describe())
        .isEqualTo("unipc-2 bh1 without corrector");
    assertThat(SolverName.parse("ipndm-4").orElseThrow().order()).isEqualTo(4);
    assertThat(SolverName.parse("dpmpp-2m")).contains(Solver.plain(Solver.DPMPP_2M));
    assertThat(SolverName.parse("unipc")).isEmpty();
  }
}
