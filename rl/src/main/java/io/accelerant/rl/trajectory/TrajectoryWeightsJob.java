package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.ModelCard;
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
public final class TrajectoryWeightsJob implements Job {
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
  public List<String> plan(JobContext context, JobConfig config) {
    boolean emitsTransitions = TrajectoryWeightsKeys.emitsTransitions(config);
    // the hash of a table that is no artifact costs a pass: only to find a version left unfinished
    boolean hashed = Versions.holdsVersion(config.get(RunKeys.OUTPUT));
    Transitions input = open(context, config, hashed);
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT), context.hadoop(), resumeKey(config, input));
    long draws = config.get(TrajectoryWeightsKeys.DRAWS);
    return List.of(
        "read and validate the transitions of " + input.uri(),
        "aggregate them by episode and weigh the episodes: "
            + config.get(TrajectoryWeightsKeys.WEIGHTING),
        draws == 0
            ? "draw nothing"
            : "draw %,d transitions, %s, and write %s"
                .formatted(
                    draws,
                    config.get(TrajectoryWeightsKeys.DRAW),
                    emitsTransitions ? "them whole" : "their episodes and steps"),
        "publish the weights to " + output);
  }

  private static String resumeKey(JobConfig config, Transitions input) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.transitions", input.hash());
    return StageStore.resumeKey(identity);
  }

  private static Transitions open(JobContext context, JobConfig config, boolean hashed) {
    return Transitions.open(
        context, config, TrajectoryWeightsKeys.INPUT, TrajectoryWeightsKeys.DATASET, hashed);
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    WeightSettings settings = TrajectoryWeightsKeys.settings(config);
    boolean emitsTransitions = TrajectoryWeightsKeys.emitsTransitions(config);
    context.spark().sparkContext().setJobDescription("Trajectory weights of the input");
    Transitions input = open(context, config, true);
    Claim claim = Claim.of(resumeKey(config, input));
    try (ArtifactWriter artifact =
            ArtifactWriter.claim(
                config.get(RunKeys.OUTPUT), context.hadoop(), claim, context.force());
        EpisodeWeights episodes =
            EpisodeWeights.of(
                input.table(), input.uri(), config.get(TrajectoryWeightsKeys.EXCLUDE_INCOMPLETE))) {
      EpisodeWeights.Weighted weighted = episodes.weigh(settings);
      episodes.notes().forEach(context.progress()::say);
      weighted.warnings().forEach(context.progress()::say);
      WeightSummary summary = weighted.summary();
      context
          .progress()
          .say("%,d episodes, %,d transitions", summary.episodes(), summary.transitions());
      String format = config.get(RunKeys.FORMAT);
      String folder =
          ArtifactTables.write(weighted.table().orderBy("episode_id"), TABLE, artifact, format);
      Dataset<Row> written = ArtifactTables.written(context.spark(), artifact, folder);
      ManifestDraft draft =
          ManifestDraft.of(KIND, name(), config)
              .withParent("transitions", input.uri(), input.hash())
              .withTable(folder, TableFingerprint.of(written));
      Map<String, Number> metrics = metrics(summary, episodes.statistics());
      if (config.get(TrajectoryWeightsKeys.DRAWS) > 0) {
        Dataset<Row> batch = draw(config, written);
        if (emitsTransitions) {
          batch = WeightedBatches.join(batch, input.ended());
        }
        String place = write(batch, artifact, config.get(RunKeys.FORMAT));
        Dataset<Row> draws =
            conforming(ArtifactTables.written(context.spark(), artifact, place), batch.schema());
        metrics.put("draws", draws.count());
        draft = draft.withTable(place, TableFingerprint.of(draws));
      }
      artifact.writeJson("metrics.json", metrics);
      WeightReport.of(
              input.uri(),
              settings.weighting(),
              episodes.notes(),
              all(episodes, settings, weighted),
              context.progress())
          .files()
          .forEach(artifact::write);
      artifact.write("README.md", card(config, input, folder).markdown());
      Manifest manifest = artifact.commit(draft.withMetrics(metrics));
      reproduce(context, artifact.uri(), summary);
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
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

  private static String write(Dataset<Row> batch, ArtifactWriter artifact, String format) {
    return ArtifactTables.write(
        batch.orderBy("draw", "episode_id", "step"), BATCH, artifact, format);
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

  private ModelCard card(JobConfig config, Transitions input, String folder) {
    String read =
        folder.equals(TABLE)
            ? "pd.read_parquet(\"%s\")".formatted(folder)
            : "pd.concat(pd.read_json(f, lines=True) for f in glob.glob(\"%s/*.json\"))"
                .formatted(folder);
    return new ModelCard(
        "Trajectory weights (%s)".formatted(config.get(TrajectoryWeightsKeys.WEIGHTING)),
        """
        Table `%s`: for each episode its `return` (undiscounted), `length`, `baseline` (value of the
        start), `score` in [0, 1], `mass` (probability that a draw is from it) and
        `transition_probability` (of each of its transitions). Nothing but the sampling of
        mini-batches changes: no loss, no network, no importance correction. To draw: an episode by
        `mass`, then a step uniformly in 0 .. length-1.%s"""
            .formatted(
                folder, config.get(TrajectoryWeightsKeys.DRAWS) == 0 ? "" : batchCard(config)),
        List.of(ModelCard.command(name(), config)),
        """
        import glob, numpy as np, pandas as pd

        w = %s
        rng = np.random.default_rng(0)
        i = rng.choice(len(w), size=256, p=w.mass / w.mass.sum())
        batch = w.episode_id.values[i], rng.integers(w.length.values[i])  # episode, step"""
            .formatted(read),
        List.of(new ModelCard.Parent(input.uri(), input.hash())),
        "That of the source.");
  }

  private static String batchCard(JobConfig config) {
    return " Table `batch`: %s drawn so, by `draw` in training order."
        .formatted(
            TrajectoryWeightsKeys.emitsTransitions(config)
                ? "transitions"
                : "`episode_id` and `step` of transitions");
  }

  /** What a reader computes from the table is what was recorded. */
  private static void reproduce(JobContext context, String uri, WeightSummary summary) {
    Dataset<Row> read =
        ArtifactTables.read(context.spark(), Artifact.open(uri, context.hadoop()), TABLE);
    Row sums = read.selectExpr("sum(mass)", "sum(mass * return)", "count(1)").head();
    double scale = Math.max(Math.abs(summary.minReturn()), Math.abs(summary.maxReturn()));
    boolean same =
        Math.abs(sums.getDouble(0) - 1) <= 1e-9
            && Math.abs(sums.getDouble(1) - summary.weightedReturn())
                <= 1e-9 * Math.max(scale, 1e-300)
            && sums.getLong(2) == summary.episodes();
    if (!same) {
      throw new IllegalStateException(
          "%s does not reproduce its metrics: masses sum to %s, J is %s, recorded %s."
              .formatted(uri, sums.get(0), sums.get(1), summary.weightedReturn()));
    }
  }
}
