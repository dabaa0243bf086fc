package io.accelerant.distill.dcsolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.onnx.OnnxExamples;
import io.accelerant.core.onnx.OnnxNoise;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModels;
import io.accelerant.distill.sample.SampleJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DcSolverJobTest extends SparkTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;
  private static Artifact artifact;

  @BeforeAll
  static void runOnce() throws IOException {
    Files.write(shared.resolve("mixture.json"), CanonicalJson.bytes(Mixtures.sixteen(3).toJson()));
    result = run(context(), shared.resolve("fit-{version}"), "dcSolver.partitions=1");
    artifact = Artifact.open(result.artifact(), context().hadoop());
  }

  /** Eight by eight images, random weights: fitted on the network, shown, and sampled again. */
  @Test
  void aTrainedModelOfImages() {
    String images = ImageModels.publish(folder.resolve("images"), 3).uri();
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("fit"),
                "dcSolver.model=" + images,
                "dcSolver.schedule=vp-linear",
                "dcSolver.label=[0,1,2]",
                "dcSolver.nfe=[4]",
                "dcSolver.guidance=[1,3]",
                "dcSolver.fitNoise=4",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=6",
                "dcSolver.optimizer=exact",
                "dcSolver.truthSteps=30",
                "dcSolver.guard=false"));
    JobResult fitted = run(context(), new DcSolverJob(), sets);
    Artifact sampler = Artifact.open(fitted.artifact(), context().hadoop());
    assertThat(sampler.manifest().parents()).anyMatch(p -> p.uri().equals(images));
    assertThat(folder.resolve("fit/plots/samples-cfg1.png")).exists();
    assertThat(folder.resolve("fit/plots/samples-cfg3.png")).exists();
    for (double guidance : new double[] {1, 3}) {
      assertThat(fitted.metrics().get(DcSampler.key(4, guidance) + ".mseAfter").doubleValue())
          .isPositive();
    }
    JobResult samples =
        run(
            context(),
            new SampleJob(),
            List.of(
                "run.output=" + folder.resolve("samples"),
                "sample.model=" + images,
                "sample.sampler=" + fitted.artifact(),
                "sample.steps=4",
                "sample.guidance=3",
                "sample.count=3"));
    assertThat(samples.metrics()).containsEntry("modelCalls", 8);
    assertThat(folder.resolve("samples/plots/samples.png")).exists();
    sets.set(2, "dcSolver.schedule=vp-cosine");
    JobConfig cosine = JobConfig.load(List.of(), sets, new DcSolverJob().keys());
    assertThatThrownBy(() -> new DcSolverJob().plan(context(), cosine))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("trained with the schedule vp-linear, not vp-cosine");
  }

  /** The path of flow matching, from noise to t = 0; DEIS is not defined on it. */
  @Test
  void aFlowIsComparedWithTheSolversThatItHas() {
    JobResult fitted =
        run(
            context(),
            new DcSolverJob(),
            List.of(
                "run.output=" + folder.resolve("flow"),
                "dcSolver.model=" + shared.resolve("mixture.json"),
                "dcSolver.schedule=flow",
                "dcSolver.nfe=[5]",
                "dcSolver.fitNoise=4",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=4",
                "dcSolver.iterations=2",
                "dcSolver.truthSteps=60"));
    assertThat(fitted.metrics())
        .containsKeys("nfe5.cfg1.dpmpp-3m", "nfe5.cfg1.mseAfter")
        .doesNotContainKey("nfe5.cfg1.deis");
    assertThat(fitted.metrics().get("nfe5.cfg1.mseBefore").doubleValue())
        .isLessThan(fitted.metrics().get("nfe5.cfg1.ddim").doubleValue());
  }

  /** Fitted on the times that it is sampled at; and a network that fails is named by the fit. */
  @Test
  void aNetworkOfWholeTimes() throws IOException {
    byte[] bytes = OnnxNoise.model(OnnxPort.Element.INT32, OnnxNoise.SLOPE, -1);
    String model = "onnx:" + Files.write(folder.resolve("whole.onnx"), bytes);
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("fit"),
                "dcSolver.model=" + model,
                "dcSolver.schedule=ddpm-linear",
                "dcSolver.spacing=log-snr",
                "dcSolver.nfe=[5]",
                "dcSolver.fitNoise=4",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=4",
                "dcSolver.optimizer=exact",
                "dcSolver.truthSteps=30",
                "dcSolver.guard=false"));
    JobResult fitted = run(context(), new DcSolverJob(), sets);
    JobResult samples =
        run(
            context(),
            new SampleJob(),
            List.of(
                "run.output=" + folder.resolve("samples"),
                "sample.model=" + model,
                "sample.sampler=" + fitted.artifact(),
                "sample.spacing=log-snr",
                "sample.count=3"));
    Map<?, ?> grid =
        (Map<?, ?>)
            ((Map<?, ?>)
                    Artifact.open(fitted.artifact(), context().hadoop())
                        .readJson("sampler.json")
                        .get("grids"))
                .get("nfe5");
    assertThat(
            Artifact.open(samples.artifact(), context().hadoop())
                .readJson("samples.json")
                .get("times"))
        .isEqualTo(grid.get("times"));
    assertThat((List<?>) grid.get("networkTimes"))
        .first()
        .satisfies(n -> assertThat(((Number) n).doubleValue()).isEqualTo(999));
    bytes = OnnxNoise.model(OnnxPort.Element.INT32, Double.NaN, -1);
    Files.write(folder.resolve("whole.onnx"), bytes);
    sets.set(0, "run.output=" + folder.resolve("nan"));
    assertThatThrownBy(() -> run(context(), new DcSolverJob(), sets))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("whole.onnx predicts NaN for sample 0 (row 0 of a batch) at step 1");
  }

  private static List<String> sets(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "dcSolver.model=" + shared.resolve("mixture.json"),
                "dcSolver.label=[0]",
                "dcSolver.nfe=[5,6,8]",
                "dcSolver.guidance=[1,3,5,7.5]",
                "dcSolver.fitNoise=8",
                "dcSolver.noiseSets=2",
                "dcSolver.evalNoise=40",
                "dcSolver.batch=16",
                "dcSolver.truthSteps=100"));
    sets.addAll(List.of(more));
    return sets;
  }

  private static JobResult run(JobContext context, Path output, String... more) {
    return run(context, new DcSolverJob(), sets(output, more));
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static double metric(JobResult from, String name) {
    return from.metrics().get(name).doubleValue();
  }

  private static DcSampler sampler() {
    return DcSamplers.open(result.artifact(), context()).sampler();
  }

  @Test
  void theArtifactVerifiesAndHoldsWhatItShould() throws IOException {
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("dc-sampler");
    for (String file :
        List.of(
            "sampler.json",
            "metrics.json",
            "report.md",
            "README.md",
            "cpr.npy",
            "python/load.py")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    Map<String, Object> json = artifact.readJson("sampler.json");
    assertThat(((Map<?, ?>) json.get("ratios")).keySet().stream().map(Object::toString))
        .contains("nfe5.cfg1", "nfe8.cfg7.5")
        .hasSize(12);
    assertThat((List<?>) json.get("cpr")).hasSize(36);
    assertThat(sampler().cpr().orElseThrow().coefficients())
        .isEqualTo(CascadePolynomial.ofNpy(artifact.read("cpr.npy"), "cpr").coefficients());
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("## Verdict", "only last", "plots/error-cfg7.5.png", "cpr.npy");
  }

  @Test
  void theMetricsOfTheContractAreThere() {
    for (int nfe : new int[] {5, 6, 8}) {
      for (String cfg : List.of("1", "3", "5", "7.5")) {
        for (String name :
            List.of(
                "mseBefore",
                "mseAfter",
                "mseFitBefore",
                "mseFitAfter",
                "onlyLast",
                "allButLast",
                "kept",
                "cpr",
                "cprHeldOut",
                "ddim",
                "dpmpp-2m")) {
          assertThat(result.metrics()).containsKey("nfe" + nfe + ".cfg" + cfg + "." + name);
        }
      }
    }
    assertThat(result.metrics()).containsKeys("cpr.rmse", "cpr.leaveOneOut.cfg7.5");
    assertThat(metric(result, "nfe5.cfg1.ratio")).isLessThan(0.6);
    assertThat(metric(result, "nfe5.cfg1.mseFitAfter"))
        .isLessThan(metric(result, "nfe5.cfg1.mseFitBefore"));
  }

  /** From the published file alone, on noise drawn again. */
  @Test
  void theErrorIsThatOfThePublishedRatios() {
    DcSampler sampler = sampler();
    NoiseRows held = NoiseRows.drawn(42, "dcSolver.evalNoise", 0, 40, 16);
    var model = Mixtures.sixteen(3).open();
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 400, VpLinear.standard())
            .states(held.x(), new double[] {1, 1e-3}, sampler.settings().denoiser(model, 3, 0, 40))[
            1];
    double[] x =
        sampler
            .settings()
            .sampler(6)
            .sample(
                held.x(),
                sampler.ratios(6, 3, "test"),
                sampler.settings().denoiser(model, 3, 0, 40));
    assertThat(StepProblem.meanSquare(x, truth))
        .isCloseTo(metric(result, "nfe6.cfg3.mseAfter"), within(1e-6));
  }

  @Test
  void partitionsChangeNothing() {
    assertThat(run(context(), folder.resolve("four"), "dcSolver.partitions=4").contentHash())
        .isEqualTo(result.contentHash());
  }

  private static BooleanSupplier after(int calls) {
    AtomicInteger asked = new AtomicInteger();
    return () -> asked.incrementAndGet() > calls;
  }

  private static JobContext context(List<String> said, BooleanSupplier stop) {
    return new JobContext(SparkTest::spark, context().hadoop(), said::add, stop, false, "");
  }

  @Test
  void aStoppedRunGoesOnToTheSameContent() {
    Path output = folder.resolve("out");
    List<String> said = new ArrayList<>();
    assertThatThrownBy(() -> run(context(said, after(3)), output))
        .isInstanceOf(StoppedException.class);
    assertThat(output.resolve("manifest.json")).doesNotExist();
    JobResult resumed = run(context(said, () -> false), output, "dcSolver.partitions=3");
    assertThat(said).contains("4 stages were taken from the checkpoint");
    assertThat(resumed.contentHash()).isEqualTo(result.contentHash());
    assertThat(resumed.metrics().get("nfe8.cfg5.mseAfter"))
        .isEqualTo(result.metrics().get("nfe8.cfg5.mseAfter"));
    assertThat(output.resolve("_checkpoints")).doesNotExist();
  }

  /** On log-SNR spacing the steps come closer to the truth and the end does not. */
  @Test
  void theGuardPublishesThePlainSolverWhereTheEndGetsWorse() {
    String[] common = {
      "dcSolver.spacing=log-snr",
      "dcSolver.nfe=[6]",
      "dcSolver.guidance=[1]",
      "dcSolver.noiseSets=1"
    };
    JobResult guarded = run(context(), folder.resolve("on"), common);
    assertThat(metric(guarded, "nfe6.cfg1.kept")).isZero();
    assertThat(metric(guarded, "nfe6.cfg1.mseFitUnguarded"))
        .isGreaterThan(metric(guarded, "nfe6.cfg1.mseFitBefore"));
    assertThat(metric(guarded, "nfe6.cfg1.mseAfter"))
        .isEqualTo(metric(guarded, "nfe6.cfg1.mseBefore"));
    assertThat(DcSamplers.open(guarded.artifact(), context()).sampler().ratios(6, 1, "test"))
        .containsOnly(1);
    String[] off = java.util.Arrays.copyOf(common, common.length + 1);
    off[common.length] = "dcSolver.guard=false";
    JobResult free = run(context(), folder.resolve("off"), off);
    assertThat(metric(free, "nfe6.cfg1.kept")).isOne();
    assertThat(metric(free, "nfe6.cfg1.mseAfter"))
        .isEqualTo(metric(guarded, "nfe6.cfg1.mseUnguarded"));
  }

  @Test
  void withoutTheCorrectorItImprovesDdimToo() {
    JobResult ddim =
        run(
            context(),
            folder.resolve("out"),
            "dcSolver.solver=ddim",
            "dcSolver.optimizer=exact",
            "dcSolver.nfe=[6]",
            "dcSolver.guidance=[1]",
            "dcSolver.predictorOnly=true");
    assertThat(metric(ddim, "nfe6.cfg1.mseBefore")).isEqualTo(metric(ddim, "nfe6.cfg1.ddim"));
    assertThat(metric(ddim, "nfe6.cfg1.ratio")).isLessThan(0.8);
    assertThat(ddim.metrics()).doesNotContainKey("cpr.rmse");
  }

  private double[][] sampled(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=9",
                "sample.model=" + shared.resolve("mixture.json"),
                "sample.count=5"));
    sets.addAll(List.of(more));
    JobResult samples = run(context(), new SampleJob(), sets);
    List<?> x =
        (List<?>)
            Artifact.open(samples.artifact(), context().hadoop()).readJson("samples.json").get("x");
    return x.stream()
        .map(row -> ((List<?>) row).stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray())
        .toArray(double[][]::new);
  }

  @Test
  void sampleAppliesTheRatiosAndRefusesWhatDoesNotMatch() throws IOException {
    String sampler = "sample.sampler=" + result.artifact();
    double[][] x = sampled("ok", sampler, "sample.steps=6", "sample.guidance=7.5");
    double[] noise = NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x();
    DcSampler read = sampler();
    double[] expected =
        read.settings()
            .sampler(6)
            .sample(
                noise,
                read.ratios(6, 7.5, "test"),
                read.settings().denoiser(Mixtures.sixteen(3).open(), 7.5, 0, 5));
    assertThat(java.util.Arrays.stream(x).flatMapToDouble(java.util.Arrays::stream).toArray())
        .isEqualTo(expected);
    assertThatThrownBy(() -> sampled("no", sampler, "sample.steps=7", "sample.guidance=7.5"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no ratios for nfe7.cfg7.5; it holds [nfe5.cfg1");
    assertThatThrownBy(() -> sampled("no", sampler, "sample.steps=6", "sample.guidance=4"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no ratios for nfe6.cfg4");
    assertThatThrownBy(
            () ->
                sampled("no", sampler, "sample.steps=6", "sample.guidance=1", "sample.solver=ddim"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("sample.solver (--set) is ddim, but the sampler was fitted with unipc.");
    Files.write(folder.resolve("other.json"), CanonicalJson.bytes(Mixtures.sixteen(4).toJson()));
    assertThatThrownBy(
            () ->
                sampled(
                    "no",
                    sampler,
                    "sample.steps=6",
                    "sample.guidance=1",
                    "sample.model=" + folder.resolve("other.json")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("was fitted for the model with modelSha256");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void thePolynomialServesSettingsThatWereNotFitted() {
    double[][] x =
        sampled("cpr", "sample.cpr=" + result.artifact(), "sample.steps=7", "sample.guidance=4");
    double[][] same =
        sampled(
            "npy",
            "sample.cpr=" + Path.of(result.artifact(), "cpr.npy"),
            "sample.label=[0]",
            "sample.steps=7",
            "sample.guidance=4");
    assertThat(x).isDeepEqualTo(same);
    double[][] plain = sampled("plain", "sample.label=[0]", "sample.steps=7", "sample.guidance=4");
    assertThat(Mixtures.distance(x[0], plain[0])).isGreaterThan(1e-3);
  }

  /** Plain numpy with the files of the artifact against the job, at every kind of solver. */
  @ParameterizedTest
  @CsvSource({
    "unipc, 2, bh2, true, 6, 7.5",
    "unipc, 3, bh1, after-first, 5, 1",
    "unipc, 1, bh2, true, 6, 1",
    "dpmpp-2m, 2, , , 5, 1",
    "ddim, 1, , , 6, 1"
  })
  void numpyGivesTheSameSamples(
      String solver, int order, String variant, String corrector, int steps, double cfg)
      throws IOException, InterruptedException {
    List<String> more =
        new ArrayList<>(
            List.of(
                "dcSolver.solver=" + solver,
                "dcSolver.order=" + order,
                "dcSolver.nfe=" + steps,
                "dcSolver.guidance=" + cfg,
                "dcSolver.noiseSets=1",
                "dcSolver.guard=false"));
    if (variant != null) {
      more.addAll(List.of("dcSolver.variant=" + variant, "dcSolver.corrector=" + corrector));
    }
    JobResult fitted = run(context(), folder.resolve("fit"), more.toArray(String[]::new));
    double[][] x = sampled("samples", "sample.sampler=" + fitted.artifact());
    Files.write(
        folder.resolve("noise.json"),
        CanonicalJson.bytes(Map.of("x", NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x())));
    String program =
        """
        import json, sys
        import numpy as np
        sys.path.insert(0, "fit/python")
        import load
        m = json.load(open(sys.argv[1]))
        mu, s, w, c = (np.array(m[k]) for k in ("means", "deviations", "weights", "classes"))
        guidance = float(sys.argv[3])
        def exact(x, t, keep):
            la = -19.9 * t * t / 4 - 0.05 * t
            a, sg = np.exp(la), np.sqrt(-np.expm1(2 * la))
            v = a * a * s[keep] ** 2 + sg * sg
            d = x[:, None, :] - a * mu[keep]
            l = np.log(w[keep]) - 8 * np.log(v) - (d * d).sum(-1) / (2 * v)
            r = np.exp(l - l.max(1, keepdims=True))
            r /= r.sum(1, keepdims=True)
            return sg * ((r / v)[:, :, None] * d).sum(1)
        def eps(x, t):
            u, k = exact(x, t, c >= 0), exact(x, t, c == 0)
            return u + guidance * (k - u)
        x = np.array(json.load(open("noise.json"))["x"]).reshape(-1, 16)
        out = load.sample(x, eps, int(sys.argv[2]), guidance)
        json.dump({"x": out.ravel().tolist()}, open("out.json", "w"))
        """;
    Python.run(
        folder,
        program,
        shared.resolve("mixture.json").toString(),
        Integer.toString(steps),
        Double.toString(cfg));
    double[] out =
        ((List<?>)
                CanonicalJson.readObject(Files.readAllBytes(folder.resolve("out.json")), "out")
                    .get("x"))
            .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
    double[] expected =
        java.util.Arrays.stream(x).flatMapToDouble(java.util.Arrays::stream).toArray();
    assertThat(out).containsExactly(expected, within(1e-6));
  }

  @Test
  void dualFastIsKeptInTheSamplerObeyedBySampleAndRefusedByNumpy() throws Exception {
    JobResult fitted =
        run(
            context(),
            folder.resolve("fit"),
            "dcSolver.nfe=[5]",
            "dcSolver.guidance=[1]",
            "dcSolver.noiseSets=1",
            "dcSolver.guard=false",
            "dcSolver.dualFast.c=0.3",
            "dcSolver.dualFast.from=first");
    assertThat(fitted.metrics())
        .containsKeys("nfe5.cfg1.ddim-dual", "nfe5.cfg1.deis", "nfe5.cfg1.ipndm");
    DcSampler read = DcSamplers.open(fitted.artifact(), context()).sampler();
    DualFast dual = new DualFast(0.3, DualFast.Growth.CONSTANT, DualFast.From.FIRST);
    assertThat(read.settings().solver().dualFast()).isEqualTo(dual);
    String sampler = "sample.sampler=" + fitted.artifact();
    double[] x =
        java.util.Arrays.stream(sampled("samples", sampler))
            .flatMapToDouble(java.util.Arrays::stream)
            .toArray();
    assertThat(x)
        .isEqualTo(
            read.settings()
                .sampler(5)
                .sample(
                    NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x(),
                    read.ratios(5, 1, "test"),
                    read.settings().denoiser(Mixtures.sixteen(3).open(), 1, 0, 5)));
    assertThatThrownBy(() -> sampled("no", sampler, "sample.dualFast.c=0.1"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("sample.dualFast.c (--set) is 0.1, but the sampler was fitted with 0.3.");
    String program =
        """
        import sys
        sys.path.insert(0, "fit/python")
        import load
        try:
            load.sample(None, None, 5)
        except ValueError as e:
            assert "dualFast" in str(e)
        else:
            raise SystemExit("it did not refuse")
        """;
    Python.run(folder, program);
  }

  /** In float32 and without derivatives: the truth is the network's own fine DDIM. */
  @Test
  void aNetworkIsFittedToItsOwnTrajectory() {
    JobResult network =
        run(
            context(),
            folder.resolve("out"),
            "dcSolver.model=onnx:" + OnnxExamples.copy("image", folder),
            "onnx.nullLabel=10",
            "onnx.prediction=velocity",
            "dcSolver.optimizer=exact",
            "dcSolver.label=[3,4]",
            "dcSolver.nfe=[5]",
            "dcSolver.guidance=[2]",
            "dcSolver.noiseSets=1",
            "dcSolver.guard=false");
    assertThat(metric(network, "nfe5.cfg2.mseFitAfter"))
        .isLessThan(metric(network, "nfe5.cfg2.mseFitBefore"));
    assertThat(
            new String(
                Artifact.open(network.artifact(), context().hadoop()).read("report.md"),
                StandardCharsets.UTF_8))
        .contains("Truth: ddim with 100 steps");
    String card =
        new String(
            Artifact.open(network.artifact(), context().hadoop()).read("report.md"),
            StandardCharsets.UTF_8);
    Matcher command = Pattern.compile("accelerant sample (--set sample.model=.*)").matcher(card);
    assertThat(command.find()).as(card).isTrue();
    List<String> printed =
        new ArrayList<>(List.of(command.group(1).replaceFirst("--set ", "").split(" --set ")));
    printed.set(printed.size() - 1, "run.output=" + folder.resolve("samples"));
    printed.add("sample.count=2");
    assertThat(run(context(), new SampleJob(), printed).metrics()).containsEntry("nfe", 5);
  }

  /** The bar of the method: every step of the way down, on noise that nothing was fitted to. */
  @Test
  void onAMixtureCompensationIsBestAndTheSolversKeepTheirOrder() {
    JobResult fitted =
        run(
            context(),
            new DcSolverJob(),
            List.of(
                "run.output=" + folder.resolve("order"),
                "dcSolver.model=../conf/models/mixture-16d.json",
                "dcSolver.nfe=[5,6,8,10]",
                "dcSolver.fitNoise=10",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=128",
                "dcSolver.optimizer=exact",
                "dcSolver.truthSteps=200"));
    for (int nfe : new int[] {5, 6, 8, 10}) {
      String key = "nfe" + nfe + ".cfg1.";
      double compensated = metric(fitted, key + "mseAfter");
      double plain = metric(fitted, key + "mseBefore");
      assertThat(compensated).as(key).isLessThan(0.6 * plain);
      assertThat(plain).as(key).isLessThan(metric(fitted, key + "dpmpp-2m"));
      assertThat(metric(fitted, key + "dpmpp-2m")).as(key).isLessThan(metric(fitted, key + "ddim"));
    }
  }

  @Test
  void whatCannotBeIsRefusedBeforeTheWork() throws IOException {
    Path output = folder.resolve("out");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.nfe=[5,5]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("dcSolver.nfe (--set) must list different values");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.label=[2]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is 2; the model has classes 0 to 1");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.solver=ddim", "dcSolver.order=2"))
        .hasMessageContaining("dcSolver.order (--set) is 2; ddim takes 1 to 1");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.model=gpt2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("which is no continuous model");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.model=none.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("There is no file none.json");
    Path rows = Files.writeString(folder.resolve("rows.json"), "[[1,2,3]]");
    assertThatThrownBy(() -> run(context(), output, "dcSolver.fitNoise=" + rows))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 0 has 3 numbers; the model has dimension 16");
    assertThat(output).doesNotExist();
  }
}
