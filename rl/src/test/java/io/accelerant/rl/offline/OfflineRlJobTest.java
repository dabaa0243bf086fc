package io.accelerant.rl.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.model.Model;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.trajectory.CollectTrajectoriesJob;
import io.accelerant.rl.trajectory.TrajectoryWeightsJob;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void aRunThatWasStoppedGoesOnFromItsCellsToTheSameContent() {
    JobResult whole = run(new OfflineRlJob(), context(), offline("whole"));
    int[] asked = {0};
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            spark().sparkContext().hadoopConfiguration(),
            line -> {},
            () -> ++asked[0] > 1,
            false,
            "");
    assertThatThrownBy(() -> run(new OfflineRlJob(), stopping, offline("stopped")))
        .isInstanceOf(StoppedException.class);
    List<String> said = new ArrayList<>();
    JobResult resumed =
        run(new OfflineRlJob(), JobContext.of(spark(), said::add), offline("stopped"));
    assertThat(said).anyMatch(line -> line.matches("[1-7] policies were taken.*"));
    assertThat(resumed.contentHash()).isEqualTo(whole.contentHash());
    assertThat(resumed.metrics().get("sigma-20.bc.verdict"))
        .isEqualTo(whole.metrics().get("sigma-20.bc.verdict"));
    assertThat(whole.metrics()).containsKeys("sigma-20.td3bc.aw.sd", "secondsPerStep.td3bc");
    sameInPython(folder.resolve("whole"));
  }

  /** python/load.py on numpy gives the actions of the Java policy. */
  private static void sameInPython(Path artifact) {
    Artifact opened =
        Artifact.open(artifact.toString(), spark().sparkContext().hadoopConfiguration());
    Policy policy =
        PublishedPolicy.of(Model.read(opened), opened.readJson(Model.CONFIG), "config.json");
    double expected = policy.act(new double[] {0.3, -0.9, 2})[0];
    String script =
        "import sys; sys.path.insert(0, 'python'); import load;"
            + " print(repr(float(load.load()([[0.3, -0.9, 2]])[0][0])))";
    String said = python(artifact, script);
    assumeTrue(said != null, "no python3 with numpy here");
    assertThat(Double.parseDouble(said)).isCloseTo(expected, within(1e-9));
  }

  private static String python(Path artifact, String script) {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-B", "-c", script)
                .directory(artifact.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() == 0) {
          return out.strip();
        }
      } catch (java.io.IOException | InterruptedException notThere) {
        continue; // the next one
      }
    }
    return null;
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

  @Test
  void ranksAndTheirCorrelation() {
    assertThat(Results.ranks(new double[] {3, 1, 3, 9})).containsExactly(1.5, 0, 1.5, 3);
    assertThat(Results.correlation(new double[] {0, 1, 2}, new double[] {2, 1, 0})).isEqualTo(-1);
  }
}
