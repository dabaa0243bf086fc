package io.accelerant.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.apache.spark.sql.functions.sum;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.Progress;
import io.accelerant.core.text.Text;
import io.accelerant.selection.rs2.RandomSubsets;
import io.accelerant.selection.rs2.SlotLayout;
import io.accelerant.selection.rs2.StageMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * RS2 beside a plain scan of the id column, which is its limit, and beside {@code
 * orderBy(rand).limit(k)} and {@code sample}. Tables of 100-byte rows in Parquet on local disk. The
 * sides take turns in every repetition, and medians count, since a machine is rarely quiet. Rates
 * are rows of the whole table a second.
 */
public final class Rs2Bench {
  public static final Key<List<Long>> ROWS =
      Key.longs("bench.rows", "Sizes of the tables")
          .between(1000, 1e10)
          .withDefault(List.of(1_000_000L, 10_000_000L, 50_000_000L));
  public static final Key<Integer> REPETITIONS =
      Key.integer("bench.repetitions", "Timed repetitions after one that warms up")
          .between(1, 1000)
          .withDefault(5);
  public static final Key<Double> RATIO =
      Key.number("bench.ratio", "Share of the rows in a round")
          .between(0.001, 0.5)
          .withDefault(0.1);

  /** Sorting more rows than this for a peer that loses anyway is left out. */
  private static final long MOST_SORTED = 10_000_000;

  /** Written slot by slot to count bytes; larger tables have the same shares. */
  private static final long MOST_SLOTTED = 1_000_000;

  private static final String CPU = ".cpu";

  private final SparkSession spark;
  private final Progress progress;
  private final int repetitions;
  private final double ratio;

  public Rs2Bench(SparkSession spark, int repetitions, double ratio, Progress progress) {
    this.spark = spark;
    this.repetitions = repetitions;
    this.ratio = ratio;
    this.progress = progress;
  }

  /** A side of the comparison; returns a number so that nothing is optimised away. */
  private record Side(String name, Runnable work) {}

  /** The metrics of all sizes. */
  public Map<String, Number> run(List<Long> sizes) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    long exchanged = 0;
    for (long rows : sizes) {
      try (Scratch scratch = Scratch.create()) {
        exchanged += measure(rows, scratch.at("table").toString(), metrics);
        if (rows <= MOST_SLOTTED) {
          slots(rows, scratch, metrics);
        }
      } finally {
        spark.catalog().clearCache();
      }
    }
    metrics.put("exchangeBytes", exchanged);
    return metrics;
  }

  /** Returns the bytes exchanged by re-keying and rounds. */
  private long measure(long rows, String uri, Map<String, Number> metrics) {
    progress.say("rs2: writing %,d rows", rows);
    // 8 bytes of id and 92 of text. No side but the slots reads the text, which there must not
    // compress away; elsewhere it is quick to write.
    String text = rows <= MOST_SLOTTED ? "sha2(cast(id as string), 224)" : "repeat('y', 56)";
    spark
        .range(rows)
        .selectExpr("id", Text.of("concat(%s, repeat('x', 36)) as payload", text))
        .write()
        .parquet(uri);
    Dataset<Row> table = spark.read().parquet(uri);
    Map<String, double[]> seconds;
    long exchanged;
    try (RandomSubsets subsets = RandomSubsets.of(table, "id").ratio(ratio).open();
        StageMeter meter = new StageMeter(spark.sparkContext())) {
      Dataset<Row> ids = table.select("id");
      List<Side> sides = new ArrayList<>();
      sides.add(new Side("scan", () -> total(ids, "id")));
      sides.add(
          new Side("rekey", () -> total(subsets.positions(0).select("position"), "position")));
      try (RandomSubsets kept = RandomSubsets.of(ids, "id").ratio(ratio).open()) {
        Dataset<Row> keptTable = kept.round(0); // keeps id and position
        total(keptTable, "id");
        sides.add(new Side("round", () -> total(kept.round(1), "id")));
        long k = kept.size(0);
        if (rows <= MOST_SORTED) {
          sides.add(
              new Side(
                  "orderByRand",
                  () -> total(ids.orderBy(rand(42)).limit(Math.toIntExact(k)), "id")));
        }
        sides.add(new Side("sample", () -> total(ids.sample(false, ratio, 42L), "id")));
        meter.reset();
        readAll(subsets.positions(0), "position");
        readAll(kept.round(1), "id", "position");
        exchanged = meter.exchangeBytes();
        seconds = turns(sides, meter);
      }
    }
    report(rows, seconds, metrics);
    return exchanged;
  }

  private static double total(Dataset<Row> rows, String column) {
    return rows.agg(sum(col(column).cast("double"))).head().getDouble(0);
  }

  /** Seconds of each side in each repetition, and as {@code <side>.cpu} those of its tasks. */
  private Map<String, double[]> turns(List<Side> sides, StageMeter meter) {
    Map<String, double[]> seconds = new LinkedHashMap<>();
    for (Side side : sides) {
      seconds.put(side.name(), new double[repetitions]);
      seconds.put(side.name() + CPU, new double[repetitions]);
    }
    for (int r = -1; r < repetitions; r++) {
      for (Side side : sides) {
        if (side.name().equals("orderByRand") && r != 0) {
          continue; // slow, and far from the bar: once is enough
        }
        meter.reset();
        long start = System.nanoTime();
        side.work().run();
        if (r >= 0) {
          seconds.get(side.name())[r] = (System.nanoTime() - start) / 1e9;
          seconds.get(side.name() + CPU)[r] = meter.cpuSeconds();
        }
      }
    }
    return seconds;
  }

  private void report(long rows, Map<String, double[]> seconds, Map<String, Number> metrics) {
    double scan = Median.of(seconds.get("scan"));
    double rekey = Median.of(seconds.get("rekey"));
    double round = Median.of(seconds.get("round"));
    int rounds = (int) Math.floor(1 / ratio);
    // a round pays its part of the re-keying of its pass
    double whole = round + rekey / rounds;
    metrics.put("scanSeconds." + rows, scan);
    metrics.put("rekeySeconds." + rows, rekey);
    metrics.put("roundSeconds." + rows, round);
    metrics.put("rekeyOfScan." + rows, scan / rekey);
    metrics.put("roundOfScan." + rows, scan / round);
    double scanCpu = Median.of(seconds.get("scan" + CPU));
    metrics.put("rekeyOfScanCpu." + rows, scanCpu / Median.of(seconds.get("rekey" + CPU)));
    metrics.put("roundOfScanCpu." + rows, scanCpu / Median.of(seconds.get("round" + CPU)));
    metrics.put("rowsPerSecond." + rows, rows / whole);
    metrics.put("vsSample." + rows, Median.of(seconds.get("sample")) / whole);
    if (seconds.containsKey("orderByRand")) {
      metrics.put("vsOrderByRand." + rows, seconds.get("orderByRand")[0] / whole);
    }
    seconds.forEach(
        (name, s) -> progress.say("rs2: %,d rows, %s: %s s", rows, name, Arrays.toString(s)));
    progress.say(
        "rs2: %,d rows: re-keying %.2f, a round %.2f of the plain id scan",
        rows, scan / rekey, scan / round);
  }

  /** Bytes that a slot reads, as a share of the whole layout, over the ratio. */
  private void slots(long rows, Scratch scratch, Map<String, Number> metrics) {
    Dataset<Row> table = spark.read().parquet(scratch.at("table").toString());
    String uri = scratch.at("slots").toString();
    try (RandomSubsets subsets = RandomSubsets.of(table, "id").ratio(ratio).open();
        StageMeter meter = new StageMeter(spark.sparkContext())) {
      SlotLayout layout = SlotLayout.write(subsets, 0, uri);
      meter.reset();
      readAll(spark.read().parquet(uri), "id", "payload");
      long all = meter.inputBytes();
      meter.reset();
      readAll(layout.slot(0), "id", "payload");
      metrics.put("slotBytesOfRatio." + rows, (double) meter.inputBytes() / all / ratio);
    }
  }

  private static void readAll(Dataset<Row> rows, String... columns) {
    rows.select(Arrays.stream(columns).map(c -> col(c)).toArray(Column[]::new))
        .write()
        .format("noop")
        .mode("overwrite")
        .save();
  }
}
