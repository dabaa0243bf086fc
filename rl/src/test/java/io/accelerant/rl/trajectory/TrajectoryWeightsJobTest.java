package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SiteSettings;
import io.accelerant.core.job.SparkTest;
import io.accelerant.rl.weight.Episode;
import io.accelerant.rl.weight.Episodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajectoryWeightsJobTest extends SparkTest {
  private static final List<Episode> EPISODES = Episodes.random(60, 2, 4);

  @TempDir static Path folder;

  @BeforeAll
  static void write() {
    Tables.of(spark(), EPISODES, 2).write().parquet(folder + "/data.parquet");
  }

  private static JobConfig config(Job job, String output, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("run.output=" + folder.resolve(output));
    return JobConfig.load(List.of(), all, job.keys());
  }

  private static JobConfig weights(String output, String input, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("trajectoryWeights.input=" + folder.resolve(input));
    return config(new TrajectoryWeightsJob(), output, all.toArray(String[]::new));
  }

  private static JobResult run(String output, String... sets) {
    return new TrajectoryWeightsJob().run(context(), weights(output, "data.parquet", sets));
  }

  private static Dataset<Row> table(String output, String name) {
    Artifact artifact =
        Artifact.open(
            folder.resolve(output).toString(), spark().sparkContext().hadoopConfiguration());
    return ArtifactTables.read(spark(), artifact, name);
  }

  /** By return alone, and each transition by itself. */
  @Test
  void poissonDrawsOfReturnWeightsAreAboutAsMany() {
    int draws = 20_000;
    JobResult result =
        run(
            "poisson",
            "trajectoryWeights.weighting=rw",
            "trajectoryWeights.draw=poisson",
            "trajectoryWeights.draws=" + draws);
    List<Row> weights = table("poisson", "episode_weight").orderBy("return").collectAsList();
    assertThat(weights).hasSize(60);
    for (int i = 1; i < 60; i++) {
      assertThat(weights.get(i).<Double>getAs("baseline")).isZero();
      assertThat(weights.get(i).<Double>getAs("transition_probability"))
          .isGreaterThanOrEqualTo(weights.get(i - 1).getAs("transition_probability"));
    }
    double drawn = result.metrics().get("draws").doubleValue();
    assertThat(drawn).isCloseTo(draws, within(5 * Math.sqrt(draws)));
    Row best = weights.get(59);
    double mean = draws * best.<Double>getAs("mass");
    Dataset<Row> batch = table("poisson", "batch");
    assertThat((double) batch.count()).isEqualTo(drawn);
    long ofBest = batch.filter(col("episode_id").equalTo(best.<Long>getAs("episode_id"))).count();
    assertThat((double) ofBest).isCloseTo(mean, within(5 * Math.sqrt(mean)));
  }

  @Test
  void topKeepsTheBestShareOfCompleteEpisodesAndDrawsFromNoOther() {
    long best =
        EPISODES.stream().max(Comparator.comparingDouble(Episode::value)).orElseThrow().id();
    spark()
        .read()
        .parquet(folder + "/data.parquet")
        .withColumn("timeout", expr("timeout and episode_id != " + best))
        .write()
        .parquet(folder + "/tail.parquet");
    JobConfig config =
        weights(
            "top",
            "tail.parquet",
            "trajectoryWeights.excludeIncomplete=true",
            "trajectoryWeights.weighting=top",
            "trajectoryWeights.top=0.06",
            "trajectoryWeights.draws=500");
    JobResult result = new TrajectoryWeightsJob().run(context(), config);
    assertThat(result.metrics().get("episodes")).isEqualTo(59L);
    assertThat(result.metrics().get("episodes.incomplete")).isEqualTo(0L);
    List<Long> second =
        EPISODES.stream()
            .sorted(Comparator.comparingDouble(e -> -e.value()))
            .map(Episode::id)
            .skip(1)
            .limit(3) // floor(0.06 * 59)
            .toList();
    assertThat(
            table("top", "episode_weight").filter("mass > 0").select("episode_id").collectAsList())
        .extracting(row -> row.getLong(0))
        .containsExactlyInAnyOrderElementsOf(second);
    assertThat(table("top", "batch").select("episode_id").distinct().collectAsList())
        .extracting(row -> row.getLong(0))
        .containsExactlyInAnyOrderElementsOf(second);
  }

  @Test
  void drawnTransitionsAreWrittenWholeInTrainingOrderInBothFormats() {
    JobResult parquet =
        run("whole", "trajectoryWeights.emit=transitions", "trajectoryWeights.draws=300");
    JobResult json =
        run(
            "whole-json",
            "trajectoryWeights.emit=transitions",
            "trajectoryWeights.draws=300",
            "run.format=json");
    assertThat(json.contentHash()).isEqualTo(parquet.contentHash());
    assertThat(parquet.metrics().get("draws")).isEqualTo(300L);
    Dataset<Row> batch = table("whole", "batch");
    assertThat(batch.columns())
        .containsExactly(
            "draw",
            "episode_id",
            "step",
            "observation",
            "action",
            "reward",
            "next_observation",
            "terminal",
            "timeout");
    List<Row> rows = batch.orderBy("draw").collectAsList();
    assertThat(batch.collectAsList()).isEqualTo(rows);
    for (int i = 0; i < 300; i++) {
      Row row = rows.get(i);
      assertThat(row.getLong(0)).isEqualTo(i);
      Episode episode = EPISODES.get((int) row.getLong(1));
      assertThat(row.getDouble(5)).isEqualTo(Tables.rewards(episode)[row.getInt(2)]);
      assertThat(row.getBoolean(8)).isEqualTo(row.getInt(2) == episode.length() - 1);
    }
    assertThatThrownBy(() -> run("none", "trajectoryWeights.emit=transitions"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("trajectoryWeights.emit", "draws is 0");
  }

  @Test
  void aCollectionWeighsTheSameInBothFormats() {
    List<String> hashes = new ArrayList<>();
    for (String format : List.of("parquet", "json")) {
      Job collect = new CollectTrajectoriesJob();
      JobResult collected =
          collect.run(
              context(),
              config(
                  collect,
                  "collected-" + format,
                  "collect.environment=maze",
                  "collect.episodes=30",
                  "collect.shares=[0.2]",
                  "run.format=" + format));
      JobResult weighed =
          new TrajectoryWeightsJob()
              .run(context(), weights("weighed-" + format, "collected-" + format));
      hashes.add(collected.contentHash() + " " + weighed.contentHash());
    }
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
  }

  @Test
  void warningsOfWhatWasAskedAreSaidAndThoseOfOtherRowsListed() throws IOException {
    Tables.of(spark(), Episodes.random(6, 2, 1), 1)
        .withColumn("terminal", col("timeout"))
        .write()
        .parquet(folder + "/few.parquet");
    List<String> said = new ArrayList<>();
    JobConfig config = weights("few", "few.parquet", "trajectoryWeights.weighting=uniform");
    new TrajectoryWeightsJob().run(JobContext.of(spark(), said::add), config);
    String both = "6 transitions are both terminal and timeout";
    String few = "aw needs more than 6 episodes for observations of 2 numbers, there are 6";
    assertThat(said).anyMatch(line -> line.contains(both)).noneMatch(line -> line.contains(few));
    assertThat(Files.readString(folder.resolve("few/report.md"))).contains(both, "Row aw: " + few);
  }

  /** The claim of a run that was killed elsewhere is all that it left. */
  @Test
  void aDryRunNamesTheVersionThatTheRunGoesOnIn() throws IOException {
    Job job = new TrajectoryWeightsJob();
    JobConfig config = weights("v-{version}", "data.parquet");
    List<String> claim = new ArrayList<>();
    JobContext killed =
        JobContext.of(
            spark(),
            line -> {
              try {
                claim.add(Files.readString(folder.resolve("v-1/_claim")));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              throw new IllegalStateException("killed");
            });
    assertThatThrownBy(() -> job.run(killed, config)).hasMessage("killed");
    Files.createDirectories(folder.resolve("v-1"));
    Files.writeString(
        folder.resolve("v-1/_claim"),
        claim.get(0).replaceFirst("\"host\"\\s*:\\s*\"[^\"]*\"", "\"host\":\"elsewhere\""));
    assertThat(job.plan(context(), config)).last().asString().endsWith("/v-1");
    assertThat(job.run(context(), config).artifact()).endsWith("/v-1");
    assertThat(job.plan(context(), config)).last().asString().endsWith("/v-2");
  }

  @Test
  void settingsOfASiteChangeNothing() {
    String[] sets = {"trajectoryWeights.draws=100", "trajectoryWeights.emit=transitions"};
    String plain = run("before-settings", sets).contentHash();
    String collected = collected("collected").contentHash();
    assertThat(SiteSettings.under(spark(), () -> run("under-settings", sets).contentHash()))
        .isEqualTo(plain);
    assertThat(SiteSettings.under(spark(), () -> collected("collected-so").contentHash()))
        .isEqualTo(collected);
  }

  private static JobResult collected(String output) {
    Job job = new CollectTrajectoriesJob();
    return job.run(context(), config(job, output, "collect.episodes=4", "run.format=json"));
  }
}
