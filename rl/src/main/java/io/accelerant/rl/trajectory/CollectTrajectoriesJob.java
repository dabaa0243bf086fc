package io.accelerant.rl.trajectory;

import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.rl.environment.Environment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code collect-trajectories}: mixed offline data from an environment with known dynamics. For
 * each share sigma a data set in which that part of the episodes is by the good controller and the
 * rest by uniform random actions; shares 0 and 1 are the homogeneous controls.
 */
public final class CollectTrajectoriesJob implements PublishingJob {
  static final Key<String> ENVIRONMENT =
      Key.string("collect.environment", "Where the episodes are played")
          .oneOf(Environment.labels())
          .withDefault("pendulum");
  static final Key<Integer> EPISODES =
      Key.integer("collect.episodes", "Episodes of a data set")
          .between(1, 1_000_000_000)
          .withDefault(400);
  static final Key<List<Double>> SHARES =
      Key.numbers(
              "collect.shares", "Shares of episodes by the good controller; a data set for each")
          .between(0, 1)
          .withDefault(List.of(0.01, 0.05, 0.1, 0.5, 0.0, 1.0));
  static final Key<List<Long>> SEEDS =
      Key.longs(
              "collect.seeds", "A collection of all data sets for each, told apart by their names")
          .withDefault(List.of(1L));

  @Override
  public String name() {
    return "collect-trajectories";
  }

  @Override
  public String summary() {
    return "Collect mixed offline data from a pendulum, a cart-pole or a maze";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(List.of(ENVIRONMENT, EPISODES, SHARES, SEEDS));
  }

  private static List<Collection> collections(JobConfig config) {
    List<Collection> all =
        Collection.all(config.get(SHARES), config.get(SEEDS), config.get(EPISODES));
    if (all.stream().map(Collection::dataset).distinct().count() < all.size()) {
      throw config.invalid(SHARES, "or collect.seeds name a data set twice: " + all + ".");
    }
    return all;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    List<Collection> collections = collections(config);
    return Work.on(
        List.of(),
        output ->
            List.of(
                Text.of(
                    "play %d episodes of %s for each of %s",
                    config.get(EPISODES),
                    config.get(ENVIRONMENT),
                    collections.stream().map(Collection::dataset).toList()),
                "publish the transitions to " + output),
        run -> make(run, collections));
  }

  private static Product make(Run run, List<Collection> collections) {
    SparkSession spark = run.context().spark();
    JobConfig config = run.config();
    Environment environment = Environment.ofLabel(config.get(ENVIRONMENT));
    spark.sparkContext().setJobDescription("Collect trajectories");
    Dataset<Row> played =
        Episodes.play(spark, environment, collections, config.get(RunKeys.SEED))
            .orderBy("dataset", "episode_id", "step");
    ArtifactTables.Written written = ArtifactTables.write(run, played, Transitions.TABLE);
    Dataset<Row> rows = Episodes.typed(written.rows());
    Map<String, Number> metrics = new LinkedHashMap<>();
    Report report = report(run.context(), config, rows, metrics);
    return new Product(
        run.draft(Transitions.KIND, metrics).withTable(written.folder(), TableFingerprint.of(rows)),
        report.files(),
        card(run, written),
        new Check(
            "the number of transitions",
            transitions(metrics),
            artifact -> ArtifactTables.read(spark, artifact, Transitions.TABLE).count()));
  }

  private static long transitions(Map<String, Number> metrics) {
    return metrics.entrySet().stream()
        .filter(e -> e.getKey().endsWith(".transitions"))
        .mapToLong(e -> e.getValue().longValue())
        .sum();
  }

  private static Report report(
      JobContext context, JobConfig config, Dataset<Row> written, Map<String, Number> metrics) {
    Table table =
        Table.of(
            "data set",
            "episodes",
            "by the good controller",
            "transitions",
            "mean return",
            "lowest",
            "highest");
    for (Row row : Episodes.summary(written)) {
      String name = row.getString(0);
      metrics.put(name + ".episodes", row.getLong(1));
      metrics.put(name + ".good", row.getLong(2));
      metrics.put(name + ".transitions", row.getLong(3));
      metrics.put(name + ".return", row.getDouble(4));
      table.row(
          name,
          row.getLong(1),
          row.getLong(2),
          row.getLong(3),
          row.getDouble(4),
          row.getDouble(5),
          row.getDouble(6));
    }
    return Report.titled("Trajectories of " + config.get(ENVIRONMENT), context.progress()::say)
        .paragraph(
            "Episodes by the good controller among episodes of uniform random actions. Sigma is the"
                + " share of *episodes*, so where good ones are longer (cart-pole) their share of"
                + " transitions is larger.")
        .table(table);
  }

  private static ModelCard card(Run run, ArtifactTables.Written written) {
    return run.card(
        "Mixed offline data of " + run.config().get(ENVIRONMENT),
        Text.of(
            """
            Table `%s`: `dataset, episode_id, step, observation, action, reward, next_observation,
            terminal, timeout, behaviour`. A timeout is no terminal: a value goes on after it. The
            dynamics are exact and deterministic; only starts and random actions are drawn.\
            """,
            written.folder()),
        "import pandas as pd\n\nt = " + written.pandas(),
        "Made by a program; no rights are claimed.");
  }
}
