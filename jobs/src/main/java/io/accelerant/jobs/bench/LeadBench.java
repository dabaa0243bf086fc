package io.accelerant.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.Progress;
import io.accelerant.core.text.Text;
import io.accelerant.selection.lead.TableSelection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What LEAD does between trainings, losses given: ranking a pool once, then rounds that choose rows
 * and take note of losses, beside a plain scan of the pool and of the drawn cluster alone. A budget
 * of 2.5 % of the rows in {@value #ROUNDS} rounds, 7 clusters, 8 tasks. Scans and rounds take
 * turns, and medians count, since a machine is rarely quiet.
 */
public final class LeadBench {
  public static final Key<List<Long>> SIZES = Rs2Bench.ROWS.withDefault(List.of(10_000_000L));

  private static final int CLUSTERS = 7;
  private static final int TASKS = 8;
  private static final int ROUNDS = 60;
  private static final double BUDGET = 0.025;

  private final SparkSession spark;
  private final int repetitions;
  private final Progress progress;

  /**
   * @param repetitions rounds that are timed; one comes before them
   */
  public LeadBench(SparkSession spark, int repetitions, Progress progress) {
    this.spark = spark;
    this.repetitions = repetitions;
    this.progress = progress;
  }

  /** The metrics of all sizes. */
  public Map<String, Number> run(List<Long> sizes) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (long rows : sizes) {
      try (Scratch scratch = Scratch.create()) {
        measure(rows, scratch, metrics);
      }
    }
    return metrics;
  }

  private void measure(long rows, Scratch scratch, Map<String, Number> metrics) {
    progress.say("lead: writing %,d rows", rows);
    Dataset<Row> pool = pool(rows, scratch.at("table").toString());
    double[] scan = new double[repetitions];
    double[] clusterScan = new double[repetitions];
    double[] choose = new double[repetitions];
    double[] end = new double[repetitions];
    TableSelection[] opened = new TableSelection[1];
    double rank =
        seconds(
            () ->
                opened[0] =
                    TableSelection.open(
                        pool,
                        scratch.at("lead").toString(),
                        CLUSTERS,
                        TASKS,
                        (long) (BUDGET * rows),
                        ROUNDS,
                        1));
    TableSelection selection = opened[0];
    for (int r = -1; r < repetitions && !selection.isOver(); r++) {
      int at = Math.max(0, r); // the round that warms up is overwritten
      long[][] ids = new long[1][];
      scan[at] = seconds(() -> scan(pool));
      choose[at] = seconds(() -> ids[0] = selection.next());
      clusterScan[at] =
          seconds(() -> scan(pool.where(col("cluster").equalTo(selection.cluster()))));
      end[at] = seconds(() -> selection.end(losses(ids[0])));
    }
    report(rows, rank, scan, clusterScan, choose, end, metrics);
  }

  /** By cluster, as the offline stage leaves it; the losses of groups overlap. */
  private Dataset<Row> pool(long rows, String uri) {
    spark
        .range(rows)
        .selectExpr(
            "cast(id as int) as row",
            "id",
            Text.of("cast(pmod(xxhash64(id, 1), %d) as int) as task", TASKS),
            "4 * pmod(xxhash64(id, 2), 1000003) / 1000003 as loss",
            Text.of("cast(pmod(xxhash64(id, 3), %d) as int) as cluster", CLUSTERS))
        .write()
        .partitionBy("cluster")
        .parquet(uri);
    return spark.read().parquet(uri);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void scan(Dataset<Row> rows) {
    rows.agg(sum("id"), sum("task"), sum("cluster"), sum("loss")).head();
  }

  /** Of rows that were learned somewhat. */
  private static double[] losses(long[] ids) {
    return Arrays.stream(ids).mapToDouble(id -> 1 + 2 * (id % 1009) / 1009.0).toArray();
  }

  private void report(
      long rows,
      double rank,
      double[] scan,
      double[] clusterScan,
      double[] choose,
      double[] end,
      Map<String, Number> metrics) {
    double round = Median.of(choose) + Median.of(end);
    metrics.put("rankSeconds." + rows, rank);
    metrics.put("scanSeconds." + rows, Median.of(scan));
    metrics.put("clusterScanSeconds." + rows, Median.of(clusterScan));
    metrics.put("chooseSeconds." + rows, Median.of(choose));
    metrics.put("endSeconds." + rows, Median.of(end));
    metrics.put("chooseOfScan." + rows, Median.of(scan) / Median.of(choose));
    metrics.put("roundOfScan." + rows, Median.of(scan) / round);
    metrics.put("roundOfClusterScan." + rows, Median.of(clusterScan) / round);
    // a round pays its part of the ranking
    metrics.put("wholeOfScan." + rows, Median.of(scan) / (round + rank / ROUNDS));
    progress.say(
        "lead: %,d rows ranked in %.1f s; scans %s s, of a cluster %s s; chosen in %s s, ended in %s"
            + " s",
        rows,
        rank,
        Arrays.toString(scan),
        Arrays.toString(clusterScan),
        Arrays.toString(choose),
        Arrays.toString(end));
  }
}
