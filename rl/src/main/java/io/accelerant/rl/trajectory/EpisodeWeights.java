package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import io.accelerant.rl.weight.Baseline;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * The episodes of a transitions table, kept while several weightings are computed from them. The
 * transitions are read twice, once to validate and once to aggregate; everything after works on one
 * row an episode.
 */
public final class EpisodeWeights implements AutoCloseable {
  /** Of sizes up to here, sums of squares over all episodes are finite numbers. */
  private static final double LARGEST = 1e145;

  private final Dataset<Row> kept;
  private final Dataset<Row> episodes;
  private final EpisodeStatistics statistics;
  private final List<String> notes;
  private final String uri;

  private EpisodeWeights(
      Dataset<Row> kept,
      Dataset<Row> episodes,
      EpisodeStatistics statistics,
      List<String> notes,
      String uri) {
    this.kept = kept;
    this.episodes = episodes;
    this.statistics = statistics;
    this.notes = notes;
    this.uri = uri;
  }

  /**
   * What a weighting made.
   *
   * @param table {@code episode_id, return, length, baseline, score, mass, transition_probability,
   *     complete}
   * @param warnings what did not go as asked
   */
  public record Weighted(Dataset<Row> table, WeightSummary summary, List<String> warnings) {}

  /**
   * Aggregates by episode; everything is validated.
   *
   * @param transitions in the form of {@link Transitions}
   * @param excludeIncomplete whether to leave out episodes without a terminal or timeout
   * @throws DataException with counts and offending rows, or with the row of a reward so large that
   *     no 64 bits hold what is computed from it
   */
  public static EpisodeWeights of(Dataset<Row> transitions, String uri, boolean excludeIncomplete) {
    Validation.Rows rows = Validation.rows(transitions, uri);
    ExactSum rewards = ExactSum.between("reward", rows.largestReward(), rows.smallestReward());
    List<Column> aggregates = new ArrayList<>(rewards.of(col("reward")));
    Column[] start = start(rows.dimension());
    for (int k = 0; k < start.length; k++) {
      // an array, as min_by would keep, cannot be aggregated in a hash map
      Column number = col("observation").getItem(k);
      aggregates.add(sum(when(col("step").equalTo(0), number).otherwise(0.0)).as("start_" + k));
    }
    aggregates.addAll(Validation.facts());
    Dataset<Row> all =
        transitions
            .groupBy("episode_id")
            .agg(count(lit(1)).as("length"), aggregates.toArray(Column[]::new))
            .withColumn("start", array(start).cast("array<double>"))
            .withColumn("return", rewards.value())
            .withColumn("complete", col("end").equalTo(col("last")))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Validation.episodes(all, uri);
      Dataset<Row> used = excludeIncomplete ? all.filter("complete") : all;
      Dataset<Row> slim = used.select("episode_id", "return", "length", "start", "complete");
      EpisodeStatistics statistics = EpisodeStatistics.of(slim, rows.dimension());
      if (statistics.episodes() == 0) {
        throw new DataException(
            uri + " holds no complete episode, and excludeIncomplete leaves out all others.");
      }
      if (!(statistics.largestReturn() <= LARGEST)) {
        throw tooLarge(slim, transitions, uri);
      }
      return new EpisodeWeights(all, slim, statistics, rows.notes(), uri);
    } catch (RuntimeException e) {
      all.unpersist();
      throw e;
    }
  }

  /** Names the row that makes a return so large. */
  private static DataException tooLarge(
      Dataset<Row> episodes, Dataset<Row> transitions, String uri) {
    Row episode = episodes.orderBy(abs(col("return")).desc(), col("episode_id")).head();
    Row row =
        transitions
            .filter(col("episode_id").equalTo(episode.getLong(0)))
            .orderBy(abs(col("reward")).desc(), col("step"))
            .select("step", "reward")
            .head();
    return new DataException(
        Text.of(
            "%s: the rewards of episode_id %d sum to %s (in step %d the reward is %s); returns"
                + " above %s cannot be squared and summed in 64 bits. Is it a mark for a missing"
                + " number? Correct the row, or leave the episode out.",
            uri,
            episode.getLong(0),
            episode.getDouble(1),
            row.getInt(0),
            row.getDouble(1),
            LARGEST));
  }

  /** The plane of aw is fitted to squares of first observations. */
  private void requireStarts() {
    if (statistics.largestStart() <= LARGEST) {
      return;
    }
    Column size = array_max(transform(col("start"), number -> abs(number)));
    Row row = episodes.orderBy(size.desc(), col("episode_id")).head();
    throw new DataException(
        Text.of(
            "%s: the observation of episode_id %d, step 0 is %s; aw squares its numbers, which 64"
                + " bits cannot hold above %s. Correct the row, leave the episode out, or weigh by"
                + " rw.",
            uri, row.getLong(0), row.getList(3), LARGEST));
  }

  /** Columns with the numbers of the first observation; none if they are too many. */
  private static Column[] start(int dimension) {
    return IntStream.range(0, EpisodeStatistics.known(dimension))
        .mapToObj(k -> col("start_" + k))
        .toArray(Column[]::new);
  }

  public EpisodeStatistics statistics() {
    return statistics;
  }

  /** What was odd in the transitions and how it was read. */
  public List<String> notes() {
    return notes;
  }

  /**
   * The weights of all episodes.
   *
   * @throws DataException if Top-x% keeps none, or an observation is too large for aw
   */
  public Weighted weigh(WeightSettings settings) {
    List<String> warnings = new ArrayList<>();
    Weighting weighting = settings.weighting();
    if (weighting == Weighting.AW) {
      WeightSummary.noBaseline(statistics.episodes(), statistics.dimension())
          .ifPresent(warnings::add);
      weighting = warnings.isEmpty() ? Weighting.AW : Weighting.RW;
    }
    ScorePlan plan = new ScorePlan(episodes, statistics, settings, warnings);
    Dataset<Row> scored =
        switch (weighting) {
          case UNIFORM -> plan.uniform();
          case TOP -> plan.top(uri);
          case RW -> plan.softmax(lit(0.0), false);
          case AW -> {
            requireStarts();
            yield plan.softmax(value(statistics.baseline()), true);
          }
        };
    return plan.normalised(scored);
  }

  /** V(s_0) as an expression, in the order of {@link Baseline#at}. */
  private static Column value(Baseline baseline) {
    Column value = lit(baseline.meanReturn());
    for (int k = 0; k < baseline.slopes().length; k++) {
      Column centred = col("start").getItem(k).minus(lit(baseline.meanObservation()[k]));
      value = value.plus(lit(baseline.slopes()[k]).multiply(centred));
    }
    return value;
  }

  @Override
  public void close() {
    kept.unpersist();
  }
}
