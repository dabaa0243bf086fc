package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.bitwise_not;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.error.DataException;
import io.accelerant.rl.weight.Formulas;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * From episodes to weights, as expressions: {@link io.accelerant.rl.weight.TrajectoryWeights} is
 * the same on one machine. Columns added: {@code baseline, score, q}, then {@code mass} and {@code
 * transition_probability}.
 */
final class ScorePlan {
  private final Dataset<Row> episodes;
  private final EpisodeStatistics statistics;
  private final WeightSettings settings;
  private final List<String> warnings;

  ScorePlan(
      Dataset<Row> episodes,
      EpisodeStatistics statistics,
      WeightSettings settings,
      List<String> warnings) {
    this.episodes = episodes;
    this.statistics = statistics;
    this.settings = settings;
    this.warnings = warnings;
  }

  Dataset<Row> uniform() {
    return with(lit(0.0), lit(0.0), lit(1.0));
  }

  private Dataset<Row> with(Column baseline, Column score, Column q) {
    return episodes.withColumn("baseline", baseline).withColumn("score", score).withColumn("q", q);
  }

  /** The k largest returns, ties by the smaller id: all that are not below the k-th. */
  Dataset<Row> top(String uri) {
    long kept = Formulas.kept(statistics.episodes(), settings.top());
    if (kept == 0) {
      throw new DataException(
          uri + ": " + WeightSummary.noneKept(statistics.episodes(), settings.top()));
    }
    Column rank = struct(col("return"), bitwise_not(col("episode_id")).as("reversed"));
    Row threshold = kth(rank, kept);
    Column keep =
        col("return")
            .gt(threshold.getDouble(0))
            .or(
                col("return")
                    .equalTo(threshold.getDouble(0))
                    .and(col("episode_id").leq(~threshold.getLong(1))));
    Column kept01 = when(keep, 1.0).otherwise(0.0);
    return with(lit(0.0), kept01, kept01);
  }

  private Row kth(Column rank, long kept) {
    Dataset<Row> ordered = episodes.select(rank.as("rank")).orderBy(col("rank").desc());
    return ordered.limit(Math.toIntExact(kept)).agg(min("rank")).head().getStruct(0);
  }

  /**
   * {@code score = minMax(G - V)}, {@code q = exp((score - 1) / alpha)}.
   *
   * @param fitted whether V is, so that it is rounded with the size of the returns
   */
  Dataset<Row> softmax(Column baseline, boolean fitted) {
    Column advantage = col("return").minus(col("baseline"));
    Dataset<Row> valued = episodes.withColumn("baseline", baseline);
    Column low = min(advantage);
    Column high = max(advantage);
    if (settings.clip() > 0) {
      low = percentile(advantage, lit(settings.clip()));
      high = percentile(advantage, lit(1 - settings.clip()));
    }
    Row bounds = valued.agg(low, high).head();
    double from = bounds.getDouble(0);
    double to = bounds.getDouble(1);
    double size = fitted ? statistics.largestReturn() : Math.max(Math.abs(from), Math.abs(to));
    if (WeightSummary.isRounding(from, to, size)) {
      warnings.add(WeightSummary.ALL_EQUAL);
      // any q would do, but exp(-1 / alpha) may be 0
      return valued.withColumn("score", lit(0.0)).withColumn("q", lit(1.0));
    }
    Column clipped = least(greatest(advantage, lit(from)), lit(to));
    Column score = clipped.minus(lit(from)).divide(lit(to - from));
    return valued
        .withColumn("score", score)
        .withColumn("q", exp(col("score").minus(1.0).divide(lit(settings.alpha()))));
  }

  /** One pass for Z and the summary, then mass and probability of each episode. */
  EpisodeWeights.Weighted normalised(Dataset<Row> scored) {
    double mean = statistics.meanReturn();
    double size = statistics.largestReturn();
    double range = statistics.maxReturn() - statistics.minReturn();
    double unit = EpisodeStatistics.unitOf(range); // squares of small numbers are not 0
    double squared = range / unit * (range / unit);
    double longest = statistics.longest();
    double smallest = statistics.smallestReturn();
    Column tq = col("length").multiply(col("q"));
    Column above = greatest(col("return").minus(lit(mean)), lit(0.0)).divide(lit(unit));
    List<ExactSum> sums =
        List.of(
            ExactSum.between("z", longest, 1), // the best episode has q = 1
            ExactSum.between("squares", longest, 1),
            ExactSum.between("weighted", longest * size, smallest),
            ExactSum.between("uniform", longest * size, smallest),
            ExactSum.between("psv", squared, squared / statistics.episodes()));
    List<Column> columns = new ArrayList<>();
    columns.addAll(sums.get(0).of(tq));
    columns.addAll(sums.get(1).of(tq.multiply(col("q"))));
    columns.addAll(sums.get(2).of(tq.multiply(col("return"))));
    columns.addAll(sums.get(3).of(col("length").multiply(col("return"))));
    columns.addAll(sums.get(4).of(above.multiply(above)));
    Row row = statistics.aggregateOver(scored, columns);
    double z = sums.get(0).value(row);
    double psv = sums.get(4).value(row) / statistics.episodes();
    WeightSummary summary =
        new WeightSummary(
            statistics.episodes(),
            statistics.transitions(),
            statistics.minReturn(),
            statistics.maxReturn(),
            psv * unit * unit,
            range > 0 ? psv / squared : 0,
            Formulas.effectiveSampleSize(z, sums.get(1).value(row)),
            sums.get(2).value(row) / z,
            sums.get(3).value(row) / statistics.transitions());
    Dataset<Row> table =
        scored.select(
            col("episode_id"),
            col("return"),
            col("length"),
            col("baseline"),
            col("score"),
            tq.divide(lit(z)).as("mass"),
            col("q").divide(lit(z)).as("transition_probability"),
            col("complete"));
    return new EpisodeWeights.Weighted(table, summary, List.copyOf(warnings));
  }
}
