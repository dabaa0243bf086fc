package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * {@code trajectory-weights}: how often the transitions of each trajectory should be drawn, for a
 * transitions table of any size, and (if asked) the draws themselves.
 */
public final class TrajectoryWeightsJob implements PublishingJob {
  /** Kind of the artifact and name of its table. */
  public static final String KIND = "trajectory-weights";

  static final String TABLE = "episode_weight";
  private static final String BATCH = "batch";

  @Override
  public String name() {
    return "trajectory-weights";
  }

  @Override
  public String summary() {
    return "Weigh the trajectories of mixed offline data (AW, RW, top share) and draw batches";
  }

  @Override
  public List<Key<?>> keys() {
    return TrajectoryWeightsKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    boolean emitsTransitions = TrajectoryWeightsKeys.emitsTransitions(config);
    WeightSettings settings = TrajectoryWeightsKeys.settings(config);
    Transitions input =
        Transitions.open(
            context, config, TrajectoryWeightsKeys.INPUT, TrajectoryWeightsKeys.DATASET);
    long draws = config.get(TrajectoryWeightsKeys.DRAWS);
    return new Work(
        () -> List.of(new Manifest.Parent("transitions", input.uri(), input.hash())),
        output ->
            List.of(
                "read and validate the transitions of " + input.uri(),
                "aggregate them by episode and weigh the episodes: "
                    + config.get(TrajectoryWeightsKeys.WEIGHTING),
                draws == 0
                    ? "draw nothing"
                    : Text.of(
                        "draw %,d transitions, %s, and write %s",
                        draws,
                        config.get(TrajectoryWeightsKeys.DRAW),
                        emitsTransitions ? "them whole" : "their episodes and steps"),
                "publish the weights to " + output),
        run -> make(run, input, settings));
  }

  private static Product make(Run run, Transitions input, WeightSettings settings) {
    JobContext context = run.context();
    JobConfig config = run.config();
    context.spark().sparkContext().setJobDescription("Trajectory weights of the input");
    try (EpisodeWeights episodes =
        EpisodeWeights.of(
            input.table(), input.uri(), config.get(TrajectoryWeightsKeys.EXCLUDE_INCOMPLETE))) {
      EpisodeWeights.Weighted weighted = episodes.weigh(settings);
      episodes.notes().forEach(context.progress()::say);
      weighted.warnings().forEach(context.progress()::say);
      WeightSummary summary = weighted.summary();
      context
          .progress()
          .say("%,d episodes, %,d transitions", summary.episodes(), summary.transitions());
      ArtifactTables.Written written =
          ArtifactTables.write(run, weighted.table().orderBy("episode_id"), TABLE);
      Map<String, Number> metrics = metrics(summary, episodes.statistics());
      Map<String, String> tables = new TreeMap<>();
      tables.put(written.folder(), TableFingerprint.of(written.rows()));
      if (config.get(TrajectoryWeightsKeys.DRAWS) > 0) {
        Dataset<Row> batch = batch(config, written.rows(), input);
        ArtifactTables.Written drawn =
            ArtifactTables.write(run, batch.orderBy("draw", "episode_id", "step"), BATCH);
        Dataset<Row> draws = conforming(drawn.rows(), batch.schema());
        metrics.put("draws", draws.count());
        tables.put(drawn.folder(), TableFingerprint.of(draws));
      }
      return new Product(
          run.draft(KIND, metrics).withTables(tables),
          WeightReport.of(
                  input.uri(),
                  settings.weighting(),
                  episodes.notes(),
                  all(episodes, settings, weighted),
                  context.progress())
              .files(),
          card(run, written),
          check(context, summary));
    }
  }

  private static Map<String, Number> metrics(WeightSummary s, EpisodeStatistics statistics) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("episodes", s.episodes());
    metrics.put("episodes.incomplete", statistics.incomplete());
    metrics.put("transitions", s.transitions());
    metrics.put("return.min", s.minReturn());
    metrics.put("return.mean", statistics.meanReturn());
    metrics.put("return.max", s.maxReturn());
    metrics.put("psv", s.psv());
    metrics.put("psvNormalised", s.psvNormalised());
    metrics.put("effectiveSampleSize", s.effectiveSampleSize());
    metrics.put("weightedReturn", s.weightedReturn());
    metrics.put("uniformReturn", s.uniformReturn());
    return metrics;
  }

  /** All weightings beside the one asked for; one that this data cannot have is left out. */
  private static Map<Weighting, EpisodeWeights.Weighted> all(
      EpisodeWeights episodes, WeightSettings settings, EpisodeWeights.Weighted asked) {
    Map<Weighting, EpisodeWeights.Weighted> all = new EnumMap<>(Weighting.class);
    for (Weighting weighting : Weighting.values()) {
      if (weighting == settings.weighting()) {
        all.put(weighting, asked);
        continue;
      }
      try {
        WeightSettings other =
            new WeightSettings(weighting, settings.alpha(), settings.top(), settings.clip());
        all.put(weighting, episodes.weigh(other));
      } catch (DataException e) {
        continue; // top of too few: only what was asked for must work
      }
    }
    return all;
  }

  private static Dataset<Row> draw(JobConfig config, Dataset<Row> weights) {
    long draws = config.get(TrajectoryWeightsKeys.DRAWS);
    long seed = config.get(RunKeys.SEED);
    return config.get(TrajectoryWeightsKeys.DRAW).equals("poisson")
        ? WeightedBatches.poisson(weights, draws, 0, seed)
        : WeightedBatches.multinomial(
            weights, draws, config.get(TrajectoryWeightsKeys.BUCKETS), seed);
  }

  /** The draws, with the transitions themselves where they are asked for. */
  private static Dataset<Row> batch(JobConfig config, Dataset<Row> weights, Transitions input) {
    Dataset<Row> drawn = draw(config, weights);
    return TrajectoryWeightsKeys.emitsTransitions(config)
        ? WeightedBatches.join(drawn, input.ended())
        : drawn;
  }

  /** JSON lines bring back no int and no column without a value: both formats have one content. */
  private static Dataset<Row> conforming(Dataset<Row> read, StructType schema) {
    List<String> there = Arrays.asList(read.columns());
    return read.select(
        Arrays.stream(schema.fields())
            .map(
                f ->
                    (there.contains(f.name()) ? col(f.name()) : lit(null))
                        .cast(f.dataType())
                        .as(f.name()))
            .toArray(Column[]::new));
  }

  private static ModelCard card(Run run, ArtifactTables.Written written) {
    JobConfig config = run.config();
    return run.card(
        Text.of("Trajectory weights (%s)", config.get(TrajectoryWeightsKeys.WEIGHTING)),
        Text.of(
            """
            Table `%s`: for each episode its `return` (undiscounted), `length`, `baseline` (value of the
            start), `score` in [0, 1], `mass` (probability that a draw is from it) and
            `transition_probability` (of each of its transitions). Nothing but the sampling of
            mini-batches changes: no loss, no network, no importance correction. To draw: an episode by
            `mass`, then a step uniformly in 0 .. length-1.%s\
            """,
            written.folder(),
            config.get(TrajectoryWeightsKeys.DRAWS) == 0 ? "" : batchCard(config)),
        Text.of(
            """
            import numpy as np, pandas as pd

            w = %s
            rng = np.random.default_rng(0)
            i = rng.choice(len(w), size=256, p=w.mass / w.mass.sum())
            batch = w.episode_id.values[i], rng.integers(w.length.values[i])  # episode, step\
            """,
            written.pandas()),
        "That of the source.");
  }

  private static String batchCard(JobConfig config) {
    return Text.of(
        " Table `batch`: %s drawn so, by `draw` in training order.",
        TrajectoryWeightsKeys.emitsTransitions(config)
            ? "transitions"
            : "`episode_id` and `step` of transitions");
  }

  /** What a reader computes from the table, in rounded numbers, is what was recorded. */
  private static Check check(JobContext context, WeightSummary summary) {
    double scale = Math.max(Math.abs(summary.minReturn()), Math.abs(summary.maxReturn()));
    return new Check(
        "the sum of the masses, the weighted return or the number of episodes",
        List.of(1.0, summary.weightedReturn(), summary.episodes()),
        artifact -> {
          Row sums =
              ArtifactTables.read(context.spark(), artifact, TABLE)
                  .selectExpr("sum(mass)", "sum(mass * return)", "count(1)")
                  .head();
          return List.of(
              near(sums.getDouble(0), 1, 1e-9),
              near(sums.getDouble(1), summary.weightedReturn(), 1e-9 * Math.max(scale, 1e-300)),
              sums.getLong(2));
        });
  }

  /** Sums over partitions have no fixed order: within the tolerance it is the expected number. */
  private static double near(double found, double expected, double tolerance) {
    return Math.abs(found - expected) <= tolerance ? expected : found;
  }
}
