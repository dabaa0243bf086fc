package io.accelerant.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModels;
import io.accelerant.distill.sample.SampleJob;
import io.accelerant.distill.statistics.ModelStatisticsJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchSolverJobTest extends SparkTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;
  private static Artifact artifact;

  @BeforeAll
  static void runOnce() throws IOException {
    Files.write(shared.resolve("mixture.json"), CanonicalJson.bytes(Mixtures.sixteen(3).toJson()));
    result = run(context(), shared.resolve("found"), "searchSolver.partitions=1");
    artifact = Artifact.open(result.artifact(), context().hadoop());
  }

  private static List<String> sets(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "searchSolver.model=" + shared.resolve("mixture.json"),
                "searchSolver.nfe=[3,4]",
                "searchSolver.guidance=2",
                "searchSolver.label=[0]",
                "searchSolver.fitNoise=8",
                "searchSolver.evalNoise=24",
                "searchSolver.batch=16",
                "searchSolver.seeds=[1]",
                "searchSolver.population=10",
                "searchSolver.generations=3",
                "searchSolver.parents=4",
                "searchSolver.ranked.pool=3",
                "searchSolver.ranked.hidden=8",
                "searchSolver.ranked.updates=10",
                "searchSolver.dcRows=4",
                "searchSolver.truthSteps=100"));
    sets.addAll(List.of(more));
    return sets;
  }

  private static JobConfig config(Job job, List<String> sets) {
    return JobConfig.load(List.of(), sets, job.keys());
  }

  private static JobResult run(JobContext context, Path output, String... more) {
    Job job = new SearchSolverJob();
    return job.run(context, config(job, sets(output, more)));
  }

  /** Those of the tests, with so many candidates in so many generations. */
  static SearchSettings settings(int population, int generations) {
    return SearchSettings.of(
        config(
            new SearchSolverJob(),
            List.of(
                "run.output=x",
                "searchSolver.model=x",
                "searchSolver.population=" + population,
                "searchSolver.parents=4",
                "searchSolver.generations=" + generations)));
  }

  private static double metric(String name) {
    return result.metrics().get(name).doubleValue();
  }

  @Test
  void theArtifactVerifiesAndHoldsWhatItShould() throws IOException {
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("searched-sampler");
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("## Verdict", "random search of as many candidates", "plots/search-nfe3.png")
        .contains("The published schedule:", "DC-Solver (");
    SearchSampler sampler =
        SearchSampler.fromJson(artifact.readJson("sampler.json"), "sampler.json");
    assertThat(sampler.samplers().keySet()).containsExactly(3, 4);
    sampler.samplers().forEach((nfe, s) -> assertThat(s.schedule().evaluations()).isEqualTo(nfe));
    assertThat(artifact.holds("python/load.py")).isTrue();
  }

  @Test
  void theMetricsOfTheContractAreThereAndAgree() {
    for (int nfe : new int[] {3, 4}) {
      String head = "nfe" + nfe + ".";
      for (String control : Searched.CONTROLS) {
        String verdict = "verdict." + head + control;
        assertThat(metric(verdict))
            .isCloseTo(metric(head + "search.mse") - metric(head + control + ".mse"), within(1e-12))
            .isBetween(metric(verdict + ".low"), metric(verdict + ".high"));
      }
      for (String arm : List.of("none", "ranked", "random")) {
        assertThat(metric(head + "arm." + arm + ".candidates")).isEqualTo(30);
        assertThat(metric(head + "arm." + arm + ".networkEvaluations")).isEqualTo(30 * nfe * 8 * 2);
        assertThat(metric(head + "search.fit"))
            .isLessThanOrEqualTo(
                metric(head + "arm." + (arm.equals("random") ? "none" : arm) + ".fit"));
      }
      assertThat(metric(head + "ddim.mse")).isGreaterThan(metric(head + "search.mse"));
    }
  }

  @Test
  void thePopulationIsATableOfAllThatWasEvaluated() {
    Dataset<Row> table = ArtifactTables.read(spark(), artifact, PopulationTable.NAME);
    assertThat(table.count()).isEqualTo(2 * 3 * 30);
    Row best = table.filter("nfe = 4 and arm <> 'random'").orderBy("error").select("error").first();
    assertThat(best.getDouble(0)).isEqualTo(metric("nfe4.search.fit"));
    assertThat(table.select("origin").distinct().collectAsList().stream().map(r -> r.getString(0)))
        .containsExactlyInAnyOrder("usual", "drawn", "crossover", "mutation");
  }

  @Test
  void partitionsChangeNothing() {
    for (int partitions : new int[] {2, 7}) {
      JobResult other =
          run(context(), folder.resolve("p" + partitions), "searchSolver.partitions=" + partitions);
      assertThat(other.contentHash()).isEqualTo(result.contentHash());
    }
  }

  private static JobContext context(List<String> said, BooleanSupplier stop) {
    return new JobContext(SparkTest::spark, context().hadoop(), said::add, stop, false, "");
  }

  @Test
  void aSearchStoppedBetweenGenerationsGoesOnToTheSameContent() {
    Path output = folder.resolve("out");
    List<String> said = new ArrayList<>();
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() -> run(context(said, () -> asked.incrementAndGet() > 8), output))
        .isInstanceOf(StoppedException.class);
    assertThat(output.resolve("manifest.json")).doesNotExist();
    assertThat(said).last().isEqualTo("NFE 3: search ranked, seed 1");
    JobResult resumed = run(context(said, () -> false), output, "searchSolver.partitions=3");
    assertThat(said).anyMatch(line -> line.endsWith("stages were taken from the checkpoint"));
    assertThat(resumed.contentHash()).isEqualTo(result.contentHash());
    assertThat(output.resolve("_checkpoints")).doesNotExist();
  }

  private double[] sampled(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=9",
                "sample.model=" + shared.resolve("mixture.json"),
                "sample.sampler=" + result.artifact(),
                "sample.count=5"));
    sets.addAll(List.of(more));
    Job job = new SampleJob();
    JobResult samples = job.run(context(), config(job, sets));
    Map<String, Object> json =
        Artifact.open(samples.artifact(), context().hadoop()).readJson("samples.json");
    return ((List<?>) json.get("x"))
        .stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToDouble(v -> ((Number) v).doubleValue())
            .toArray();
  }

  @Test
  void sampleObeysTheScheduleAndRefusesWhatDoesNotMatch() throws IOException {
    SearchSampler sampler =
        SearchSampler.fromJson(artifact.readJson("sampler.json"), "sampler.json");
    double[] noise = NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x();
    assertThat(sampled("ok", "sample.steps=4"))
        .isEqualTo(
            sampler
                .sampler(4, 2, "test")
                .sample(noise, sampler.settings().denoiser(Mixtures.sixteen(3).open(), 2, 0, 5)));
    assertThatThrownBy(() -> sampled("no", "sample.steps=5"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no schedule for nfe5.cfg2; it holds [nfe3.cfg2, nfe4.cfg2].");
    assertThatThrownBy(() -> sampled("no", "sample.steps=4", "sample.guidance=1"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no schedule for nfe4.cfg1");
    assertThatThrownBy(() -> sampled("no", "sample.steps=4", "sample.solver=ddim"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("sample.solver (--set) is set, but every step of ");
    assertThatThrownBy(() -> sampled("no", "sample.steps=4", "sample.dualFast.c=0.3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("sample.dualFast.c (--set) is set, but every step of ");
    assertThatThrownBy(() -> sampled("no", "sample.steps=4", "sample.label=[1]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("but the sampler was fitted with [0]");
    Files.write(folder.resolve("other.json"), CanonicalJson.bytes(Mixtures.sixteen(4).toJson()));
    assertThatThrownBy(
            () -> sampled("no", "sample.steps=4", "sample.model=" + folder.resolve("other.json")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("was searched for the model with modelSha256");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void numpyGivesTheSameSamples() throws IOException, InterruptedException {
    String said = assertNumpy(shared.resolve("found"), 2, 3, 4);
    assertThat(said).contains("nfe5.cfg2");
  }

  /** Steps that expand what DPM-Solver-v3 does: the published file has all that they need. */
  @Test
  void stepsThatExpandV3NeedNoStatisticsOnceTheyArePublished()
      throws IOException, InterruptedException {
    Job measure = new ModelStatisticsJob();
    JobResult statistics =
        measure.run(
            context(),
            config(
                measure,
                List.of(
                    "run.output=" + folder.resolve("statistics"),
                    "modelStatistics.model=" + shared.resolve("mixture.json"),
                    "modelStatistics.samples=16",
                    "modelStatistics.grid=61",
                    "modelStatistics.heldOut=4",
                    "modelStatistics.controlSteps=4",
                    "modelStatistics.nfe=[5]",
                    "modelStatistics.truthSteps=30")));
    List<String> sets =
        List.of(
            "searchSolver.statistics=" + statistics.artifact(),
            "searchSolver.expanded=[v3]",
            "searchSolver.guidance=1",
            "searchSolver.label=[]",
            "searchSolver.nfe=[4]",
            "searchSolver.seeds=[1]");
    JobResult found = run(context(), folder.resolve("v3"), sets.toArray(String[]::new));
    assertThat(found.metrics()).containsKeys("nfe4.dpm-v3.mse", "nfe4.search.mse");
    assertThat(Artifact.open(found.artifact(), context().hadoop()).manifest().parents())
        .anyMatch(parent -> parent.uri().equals(statistics.artifact()));
    assertNumpy(folder.resolve("v3"), 1, 4);
    List<String> coarse = new ArrayList<>(sets);
    coarse.set(4, "searchSolver.nfe=[40]");
    assertThatThrownBy(() -> run(context(), folder.resolve("no"), coarse.toArray(String[]::new)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has a grid of 62 points; 41 steps need at least 411");
  }

  /** Plain numpy with the files of the artifact against the job. */
  private String assertNumpy(Path found, double guidance, int... nfes)
      throws IOException, InterruptedException {
    Files.write(
        folder.resolve("noise.json"),
        CanonicalJson.bytes(Map.of("x", NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x())));
    String program =
        """
        import json, sys
        import numpy as np
        sys.path.insert(0, sys.argv[2])
        import load
        m, guidance = json.load(open(sys.argv[1])), float(sys.argv[3])
        mu, s, w, c = (np.array(m[k]) for k in ("means", "deviations", "weights", "classes"))
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
            u = exact(x, t, c >= 0)
            k = exact(x, t, c == 0) if guidance != 1 else u
            return u + guidance * (k - u)
        x = np.array(json.load(open("noise.json"))["x"]).reshape(-1, 16)
        out = {n: load.sample(x, eps, int(n), guidance).ravel().tolist() for n in sys.argv[4:]}
        json.dump(out, open("out.json", "w"))
        try: load.sample(x, eps, 5, guidance)
        except KeyError as e: print(e)
        """;
    List<String> arguments =
        new ArrayList<>(
            List.of(
                shared.resolve("mixture.json").toString(),
                found.resolve("python").toString(),
                Double.toString(guidance)));
    for (int nfe : nfes) {
      arguments.add(Integer.toString(nfe));
    }
    String said = Python.run(folder, program, arguments.toArray(String[]::new));
    Map<String, Object> out =
        CanonicalJson.readObject(Files.readAllBytes(folder.resolve("out.json")), "out");
    for (int nfe : nfes) {
      double[] x =
          ((List<?>) out.get(Integer.toString(nfe)))
              .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
      assertThat(x)
          .containsExactly(
              sampled("s" + nfe, "sample.steps=" + nfe, "sample.sampler=" + found), within(1e-6));
    }
    return said;
  }

  /** Eight by eight images, random weights: the truth is the network's own trajectory. */
  @Test
  void aTrainedModelOfImages() {
    String images = ImageModels.publish(folder.resolve("images"), 3).uri();
    JobResult found =
        run(
            context(),
            folder.resolve("out"),
            "searchSolver.model=" + images,
            "searchSolver.nfe=[3]",
            "searchSolver.predictor=[none]",
            "searchSolver.seeds=[1]",
            "searchSolver.population=4",
            "searchSolver.generations=2",
            "searchSolver.fitNoise=3",
            "searchSolver.evalNoise=3",
            "searchSolver.label=[0,1,2]",
            "searchSolver.truthSteps=20");
    assertThat(found.metrics().get("nfe3.search.mse").doubleValue()).isPositive();
    assertThat(found.metrics()).doesNotContainKey("nfe3.arm.ranked.mse");
    Job job = new SampleJob();
    JobResult samples =
        job.run(
            context(),
            config(
                job,
                List.of(
                    "run.output=" + folder.resolve("samples"),
                    "sample.model=" + images,
                    "sample.sampler=" + found.artifact(),
                    "sample.count=3")));
    assertThat(samples.metrics()).containsEntry("modelCalls", 6);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    Job job = new SearchSolverJob();
    for (String[] broken :
        new String[][] {
          {"searchSolver.schedule=flow", "searchSolver.expanded (default) must be [data] on the"},
          {"searchSolver.nfe=[3,3]", "searchSolver.nfe (--set) must list different values"},
          {"searchSolver.fitNoise=1", "searchSolver.fitNoise (--set) must be at least 2."}
        }) {
      JobConfig config = config(job, sets(folder.resolve("no"), broken[0]));
      assertThatThrownBy(() -> job.plan(context(), config))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(broken[1]);
    }
    assertThat(Arrays.asList(folder.toFile().list())).doesNotContain("no");
  }
}
