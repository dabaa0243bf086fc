package io.accelerant.jobs.bench;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.Progress;
import io.accelerant.core.text.Text;
import io.accelerant.rl.trajectory.EpisodeWeights;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Advantage weights of n transitions in Parquet (episodes of 200, observations of 3 numbers),
 * validation included, beside the plain scan of the same columns, and beside numpy on arrays that
 * are already in its memory. All take turns; the best of each counts. J must agree.
 */
public final class TrajectoryWeightsBench {
  public static final Key<List<Long>> TRANSITIONS =
      Key.longs("bench.transitions", "Sizes of the tables, whole episodes of 200")
          .between(1000, 1e9)
          .withDefault(List.of(1_000_000L, 10_000_000L));

  private static final int LENGTH = 200;
  private static final int ROUNDS = 3;

  private final SparkSession spark;
  private final Progress progress;

  public TrajectoryWeightsBench(SparkSession spark, Progress progress) {
    this.spark = spark;
    this.progress = progress;
  }

  /**
   * {@code transitionsPerSecond.<n>}; {@code ofScan.<n>}: our seconds over the scan's; {@code
   * vsNumpy.<n>}: over numpy's.
   */
  public Map<String, Number> run(List<Long> sizes) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (long n : sizes) {
      measure(n, metrics);
    }
    return metrics;
  }

  private void measure(long n, Map<String, Number> metrics) {
    try (Scratch scratch = Scratch.create()) {
      Optional<PythonPeer> peer = PythonPeer.of("trajectory_weights.py", scratch, "numpy");
      String uri = scratch.at("t").toString();
      transitions(spark, n).write().parquet(uri);
      double ours = Double.POSITIVE_INFINITY;
      double scan = Double.POSITIVE_INFINITY;
      double numpy = Double.POSITIVE_INFINITY;
      WeightSummary summary = null;
      for (int round = 0; round < ROUNDS; round++) {
        Dataset<Row> table = spark.read().parquet(uri);
        long start = System.nanoTime();
        scan(table);
        scan = Math.min(scan, (System.nanoTime() - start) / 1e9);
        start = System.nanoTime();
        summary = weigh(table, uri);
        ours = Math.min(ours, (System.nanoTime() - start) / 1e9);
        if (peer.isPresent()) {
          Map<String, Object> theirs = peer.get().run(Map.of(), n, LENGTH);
          numpy = Math.min(numpy, PythonPeer.number(theirs, "seconds"));
          requireSame(summary, PythonPeer.number(theirs, "weightedReturn"));
        }
        progress.say(
            "%,d transitions, round %d/%d: weights %.2f s, scan %.2f s, numpy %.3f s",
            n, round + 1, ROUNDS, ours, scan, numpy);
      }
      metrics.put("transitionsPerSecond." + n, n / ours);
      metrics.put("ofScan." + n, ours / scan);
      if (Double.isFinite(numpy)) {
        metrics.put("vsNumpy." + n, ours / numpy);
      }
    }
  }

  /** Whole-number arithmetic, which Python repeats exactly. */
  private static Dataset<Row> transitions(SparkSession spark, long n) {
    return spark
        .range(n)
        .selectExpr(
            "id div 200 as episode_id",
            "int(id % 200) as step",
            "array(double(id * 31 % 997), double(id * 37 % 991), double(id * 41 % 983)) as"
                + " observation",
            "array(double(0)) as action",
            "double(id * 7919 % 1009 - 1009 + if((id div 200) % 20 = 0, 300, 0)) as reward",
            "array(double(0), double(0), double(0)) as next_observation",
            "false as terminal",
            "id % 200 = 199 as timeout");
  }

  /** Reads every column that the weights need, and nothing else. */
  private static void scan(Dataset<Row> table) {
    table
        .selectExpr(
            "max(episode_id)",
            "max(step)",
            "max(reward)",
            "max(observation[0] + observation[1] + observation[2])",
            "max(action[0])",
            "max(next_observation[0] + next_observation[1] + next_observation[2])",
            "max(terminal)",
            "max(timeout)")
        .head();
  }

  private static WeightSummary weigh(Dataset<Row> table, String uri) {
    try (EpisodeWeights episodes = EpisodeWeights.of(table, uri, false)) {
      EpisodeWeights.Weighted weighted = episodes.weigh(WeightSettings.of(Weighting.AW));
      weighted.table().write().format("noop").mode("overwrite").save();
      return weighted.summary();
    }
  }

  private static void requireSame(WeightSummary ours, double theirs) {
    if (Math.abs(ours.weightedReturn() - theirs) > 1e-9 * Math.abs(theirs)) {
      throw new IllegalStateException(
          Text.of("numpy's J is %s, ours %s", theirs, ours.weightedReturn()));
    }
  }
}
