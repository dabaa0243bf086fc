package io.accelerant.rl.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.math.RankCorrelation;
import io.accelerant.core.model.Model;
import io.accelerant.core.report.Table;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.OfflineData;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.trajectory.CollectTrajectoriesJob;
import io.accelerant.rl.trajectory.TrajectoryWeightsJob;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.Weighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From collected data to a policy, small. */
class OfflineRlJobTest extends SparkTest {
  @TempDir static Path folder;
  private static JobResult collected;

  private static JobResult run(Job job, JobContext context, List<String> sets) {
    return job.run(context, config(job, sets));
  }

  private static JobConfig config(Job job, List<String> sets) {
    return JobConfig.load(List.of(), sets, job.keys());
  }

  private static List<String> collect(String output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "collect.episodes=20",
                "collect.shares=[0.2, 0, 1]",
                "run.output=" + folder.resolve(output)));
    sets.addAll(List.of(more));
    return sets;
  }

  @BeforeAll
  static void collect() {
    collected = run(new CollectTrajectoriesJob(), context(), collect("data"));
  }

  private static List<String> offline(String output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "offlineRl.input=" + folder.resolve("data"),
                "offlineRl.datasets=[sigma-20]",
                "offlineRl.weightings=[uniform, aw]",
                "offlineRl.algorithms=[bc, td3bc]",
                "offlineRl.seeds=[1, 2]",
                "offlineRl.bcSteps=8",
                "offlineRl.td3bcSteps=4",
                "offlineRl.batch=16",
                "offlineRl.hidden=[8]",
                "offlineRl.evaluationEpisodes=12",
                "run.output=" + folder.resolve(output)));
    sets.addAll(List.of(more));
    return sets;
  }

  @Test
  void collectionsHoldWhatTheirNamesSay() {
    assertThat(collected.metrics().get("sigma-20.s1.good")).isEqualTo(4L);
    assertThat(collected.metrics().get("random.s1.good")).isEqualTo(0L);
    assertThat(collected.metrics().get("good.s1.transitions")).isEqualTo(4000L);
    double good = collected.metrics().get("good.s1.return").doubleValue();
    double mixed = collected.metrics().get("sigma-20.s1.return").doubleValue();
    assertThat(good).isBetween(-250.0, -80.0);
    assertThat(mixed).isLessThan(good - 400);
    assertThatThrownBy(
            () ->
                run(
                    new CollectTrajectoriesJob(),
                    context(),
                    collect("twice", "collect.seeds=[1, 1]")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("twice");
  }

  @Test
  void weightsOfACollectionRaiseItsValue() {
    JobResult weights =
        run(
            new TrajectoryWeightsJob(),
            context(),
            List.of(
                "trajectoryWeights.input=" + folder.resolve("data"),
                "trajectoryWeights.dataset=sigma-20.s1",
                "trajectoryWeights.draws=100",
                "run.output=" + folder.resolve("weights")));
    assertThat(weights.metrics().get("episodes")).isEqualTo(20L);
    assertThat(weights.metrics().get("draws")).isEqualTo(100L);
    assertThat(weights.metrics().get("weightedReturn").doubleValue())
        .isGreaterThan(weights.metrics().get("uniformReturn").doubleValue() + 300);
    assertThat(folder.resolve("weights/plots/returns.png")).isNotEmptyFile();
  }

  @Test
  void aRunThatWasStoppedGoesOnFromItsCellsToTheSameContent()
      throws IOException, InterruptedException {
    JobResult whole = run(new OfflineRlJob(), context(), offline("whole-{version}"));
    int[] asked = {0};
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            spark().sparkContext().hadoopConfiguration(),
            line -> {},
            () -> ++asked[0] > 1,
            false,
            "");
    assertThatThrownBy(() -> run(new OfflineRlJob(), stopping, offline("stopped-{version}")))
        .isInstanceOf(StoppedException.class);
    JobConfig again = config(new OfflineRlJob(), offline("stopped-{version}"));
    assertThat(new OfflineRlJob().plan(context(), again)).last().asString().endsWith("stopped-1");
    List<String> said = new ArrayList<>();
    JobResult resumed =
        run(new OfflineRlJob(), JobContext.of(spark(), said::add), offline("stopped-{version}"));
    assertThat(resumed.artifact()).endsWith("stopped-1");
    assertThat(said).anyMatch(line -> line.matches("[1-7] stages were taken.*"));
    assertThat(resumed.contentHash()).isEqualTo(whole.contentHash());
    assertThat(resumed.metrics().get("sigma-20.bc.verdict"))
        .isEqualTo(whole.metrics().get("sigma-20.bc.verdict"));
    assertThat(whole.metrics()).containsKeys("sigma-20.td3bc.aw.sd", "secondsPerStep.td3bc");
    sameInPython(folder.resolve("whole-1"));
  }

  /** D4RL's order without next observations: cloning needs none, TD3+BC takes the next row's. */
  @Test
  void rawOrderWithoutNextObservationsIsLearnedFrom() throws IOException {
    Map<String, Transitions> collections =
        Transitions.openAll(
            context(), config(new OfflineRlJob(), offline("unused")), OfflineRlKeys.INPUT);
    collections
        .get("sigma-20.s1")
        .table()
        .selectExpr(
            "'d4rl' as dataset",
            "episode_id * 200 + step as index",
            "observation as observations",
            "action as actions",
            "reward as rewards",
            "terminal as terminals",
            "timeout as timeouts")
        .coalesce(1)
        .write()
        .json(folder + "/raw.jsonl");
    String input = "offlineRl.input=" + folder.resolve("raw.jsonl");
    Map<String, Transitions> raw =
        Transitions.openAll(
            context(), config(new OfflineRlJob(), offline("unused", input)), OfflineRlKeys.INPUT);
    OfflineData stored = data(collections.get("sigma-20.s1"));
    OfflineData taken = data(raw.get("d4rl"));
    assertThat(taken.observations()).isEqualTo(stored.observations());
    assertThat(stored.unfollowed()).isZero();
    assertThat(taken.lengths()).hasSize(20).containsOnly(200);
    assertThat(taken.followed()).hasSize(20).containsOnly(199);
    for (int i = 0; i < 4000; i++) {
      for (int k = 0; k < 3; k++) {
        float expected = i % 200 == 199 ? 0 : stored.nextObservations()[3 * i + k];
        assertThat(taken.nextObservations()[3 * i + k]).isEqualTo(expected);
      }
    }
    String[] cloning = {"offlineRl.algorithms=[bc]", "offlineRl.seeds=[1]"};
    JobResult plain = run(new OfflineRlJob(), context(), offline("cloned", cloning));
    List<String> said = new ArrayList<>();
    JobResult fromRaw =
        run(
            new OfflineRlJob(),
            JobContext.of(spark(), said::add),
            offline("cloned-raw", input, "offlineRl.datasets=[d4rl]", cloning[0], cloning[1]));
    assertThat(fromRaw.contentHash()).isEqualTo(plain.contentHash());
    assertThat(said).noneMatch(line -> line.contains("leaves out"));
    run(
        new OfflineRlJob(),
        context(),
        offline("td3-raw", input, "offlineRl.datasets=[d4rl]", "offlineRl.algorithms=[td3bc]"));
    assertThat(Files.readString(folder.resolve("td3-raw/report.md")))
        .contains("d4rl: td3bc leaves out 20 transitions at the end of episodes");
  }

  private static OfflineData data(Transitions source) {
    return DataSets.read(
            source, "one", Environment.ofLabel("pendulum"), List.of(Weighting.UNIFORM), 0.1, 0.1)
        .data();
  }

  @Test
  void weightsThatAreNotAsAskedAreSaidAndReported() throws IOException {
    run(
        new CollectTrajectoriesJob(),
        context(),
        collect("few", "collect.episodes=8", "collect.shares=[0.25]"));
    List<String> said = new ArrayList<>();
    run(
        new OfflineRlJob(),
        JobContext.of(spark(), said::add),
        offline(
            "from-few",
            "offlineRl.input=" + folder.resolve("few"),
            "offlineRl.datasets=[sigma-25]",
            "offlineRl.algorithms=[bc]"));
    String warning = "sigma-25.s1 by aw: aw needs more than 8 episodes";
    assertThat(said).filteredOn(line -> line.startsWith(warning)).hasSize(1);
    assertThat(Files.readString(folder.resolve("from-few/report.md"))).contains(warning);
  }

  @Test
  void gainIsShownAgainstPositiveSidedVarianceOverThreeDataSets() throws IOException {
    JobResult result =
        run(
            new OfflineRlJob(),
            context(),
            offline(
                "gains",
                "offlineRl.datasets=[sigma-20, random, good]",
                "offlineRl.algorithms=[bc]",
                "offlineRl.seeds=[1]"));
    List<String> names = List.of("sigma-20", "random", "good");
    double[] psv = numbers(result, names, ".psvNormalised");
    double[] gain = numbers(result, names, ".bc.verdict");
    assertThat(result.metrics().get("spearman.bc").doubleValue())
        .isEqualTo(RankCorrelation.of(psv, gain))
        .isBetween(-1.0, 1.0);
    assertThat(folder.resolve("gains/plots/gain-bc.png")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("gains/report.md")))
        .contains("over 3 data sets", "plots/gain-bc.png", "one seed does not tell it from noise");
  }

  private static double[] numbers(JobResult result, List<String> names, String key) {
    return names.stream()
        .mapToDouble(name -> result.metrics().get(name + key).doubleValue())
        .toArray();
  }

  @Test
  void aDifferenceIsOneBeyondTwoStandardDeviationsOverSeeds() {
    assertThat(OfflineReport.verdict(new Table.Spread(4, 1.9), 3)).startsWith("aw beats uniform");
    assertThat(OfflineReport.verdict(new Table.Spread(-4, 1.9), 3)).contains("worse");
    assertThat(OfflineReport.verdict(new Table.Spread(40, 20), 3)).startsWith("no difference");
  }

  /** python/load.py on numpy gives the actions of the Java policy. */
  private static void sameInPython(Path artifact) throws IOException, InterruptedException {
    Artifact opened =
        Artifact.open(artifact.toString(), spark().sparkContext().hadoopConfiguration());
    Policy policy =
        PublishedPolicy.of(Model.read(opened), opened.readJson(Model.CONFIG), "config.json");
    double expected = policy.act(new double[] {0.3, -0.9, 2})[0];
    String script =
        "import sys; sys.path.insert(0, 'python'); import load;"
            + " print(repr(float(load.load()([[0.3, -0.9, 2]])[0][0])))";
    String said = Python.run(artifact, script);
    assertThat(Double.parseDouble(said)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(
            () ->
                run(new OfflineRlJob(), context(), offline("none", "offlineRl.datasets=[sigma-7]")))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("sigma-7", "sigma-20.s1");
    assertThatThrownBy(
            () -> run(new OfflineRlJob(), context(), offline("none", "offlineRl.publish=best")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sigma-20/uniform/bc/1");
    assertThatThrownBy(
            () ->
                run(
                    new OfflineRlJob(),
                    context(),
                    offline("none", "offlineRl.environment=cartpole")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("observation has 3 numbers, the environment has 4");
    assertThat(Files.exists(folder.resolve("none/manifest.json"))).isFalse();
  }
}
