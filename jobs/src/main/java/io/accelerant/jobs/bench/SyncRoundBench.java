package io.accelerant.jobs.bench;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.Training;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What a synchronous round costs. First rounds whose step does nothing but write a gradient of a
 * given size, by workers and megabytes: {@code sparkShare} is the part of a round that no worker
 * computes. Then rounds of a real transformer of a second or more, beside the same programs run by
 * as many plain threads without Spark, turn by turn: {@code timeRatio} is Spark's time over theirs.
 * Last, {@link SmallRounds}.
 */
public final class SyncRoundBench {
  static final Key<List<Integer>> WORKERS =
      Key.integers("bench.workers", "Numbers of logical workers")
          .between(1, 4096)
          .withDefault(List.of(4, 32));
  static final Key<List<Integer>> MEGABYTES =
      Key.integers("bench.megabytes", "Sizes of parameters and gradient")
          .between(1, 1024)
          .withDefault(List.of(1, 16, 64));
  static final Key<Integer> REPETITIONS =
      Key.integer("bench.repetitions", "Rounds per figure; the median counts")
          .between(1, 1000)
          .withDefault(7);
  static final Key<Integer> BATCH =
      Key.integer("bench.batch", "Examples of one of the four workers of the transformer")
          .between(1, 100_000)
          .withDefault(64);
  public static final List<Key<?>> KEYS = List.of(WORKERS, MEGABYTES, REPETITIONS, BATCH);

  static final int RECORD = 128;

  private static final String BUSY = "busy";
  private static final int RECORDS = 4096;
  private static final int REAL_WORKERS = 4;
  private static final int MICRO_BATCH = 16;
  private static final Transformer NETWORK =
      Transformer.gpt2(256, RECORD, 128, 4, 4).withCausal(false);

  private final SparkSession spark;
  private final JobConfig config;
  private final Progress progress;

  public SyncRoundBench(SparkSession spark, JobConfig config, Progress progress) {
    this.spark = spark;
    this.config = config;
    this.progress = progress;
  }

  public Map<String, Number> run() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    try (Scratch scratch = Scratch.create()) {
      for (int workers : config.get(WORKERS)) {
        PackedShards shards = shards(scratch.at("w" + workers), workers);
        for (int megabytes : config.get(MEGABYTES)) {
          rounds(shards, megabytes, metrics);
        }
      }
      real(shards(scratch.at("real"), REAL_WORKERS), metrics);
      try (SyncRound one = sync(shards(scratch.at("one"), 1))) {
        new SmallRounds(config.get(REPETITIONS), progress).run(one, scratch, metrics);
      }
    }
    return metrics;
  }

  private PackedShards shards(Path folder, int workers) {
    MapFunction<Long, Row> record =
        id -> {
          byte[] bytes = new byte[RECORD];
          RandomStream stream = new RandomStream(1, 0, id, 0);
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) stream.nextInt();
          }
          return RowFactory.create(id, bytes);
        };
    Dataset<Row> rows =
        spark
            .range(RECORDS)
            .map(record, Encoders.row(StructType.fromDDL("id BIGINT, record BINARY")));
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Map<String, Object> identity = Map.of("bench", "sync-round");
    StageStore stages =
        StageStore.open(folder.toString(), hadoop, identity, "never", Progress.SILENT);
    Snapshots place = Snapshots.at(folder.toString(), hadoop, "bench", Progress.SILENT);
    return PackedShards.open(stages, place, "shards", rows, workers, 1, "bench");
  }

  private SyncRound sync(PackedShards shards) {
    return new SyncRound(
        new JavaSparkContext(spark.sparkContext()),
        spark.sparkContext().hadoopConfiguration(),
        shards,
        EngineSettings.cpu(1),
        slots() + 1,
        1);
  }

  private int slots() {
    return spark.sparkContext().defaultParallelism();
  }

  /** Rounds of a step that only touches its arrays; totals: nanoseconds in the step. */
  private void rounds(PackedShards shards, int megabytes, Map<String, Number> metrics) {
    int floats = megabytes << 18;
    RoundStep touch =
        (programs, batch) -> {
          long start = System.nanoTime();
          Flat parameters = programs.parameters(Loss.NETWORK);
          float[] gradient = new float[parameters.length()];
          for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) parameters.get(i) * batch.union();
          }
          return new Sums()
              .addGradient(Loss.NETWORK, Flat.of(gradient))
              .addTotal(BUSY, System.nanoTime() - start);
        };
    double[] ms = new double[config.get(REPETITIONS)];
    double[] share = new double[ms.length];
    Mlp wide = new Mlp(floats - 1, List.of(), 1, Activation.RELU);
    Training still = Training.of(OptimizerSpec.sgd(), LearningRate.constant(0));
    Draw draw = Draw.shuffled(1, 1);
    try (SyncRound round = sync(shards);
        Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(Loss.NETWORK, wide, still, Flat.of(new float[floats]))) {
      round.sums(touch, draw, roles, 0);
      for (int i = 0; i < ms.length; i++) {
        long start = System.nanoTime();
        Sums sums = round.sums(touch, draw, roles, i);
        ms[i] = (System.nanoTime() - start) / 1e6;
        double busy = sums.total(BUSY) / 1e6 / Math.min(slots(), shards.workers());
        share[i] = Math.max(0, 1 - busy / ms[i]);
      }
    }
    String cell = shards.workers() + "x" + megabytes;
    metrics.put("ms." + cell, Median.of(ms));
    metrics.put("sparkShare." + cell, Median.of(share));
    progress.say(
        "%s MB: %.0f ms a round, %.0f%% Spark's", cell, Median.of(ms), 100 * Median.of(share));
  }

  private void real(PackedShards shards, Map<String, Number> metrics) {
    GradientStep step = new GradientStep(new NextByte(NETWORK, MICRO_BATCH, RECORD));
    Draw draw = Draw.shuffled(config.get(BATCH), 1);
    double[] ours = new double[config.get(REPETITIONS)];
    double[] plain = new double[ours.length];
    try (SyncRound round = sync(shards);
        PlainThreads threads =
            new PlainThreads(Math.min(slots(), REAL_WORKERS), REAL_WORKERS, RECORD);
        Roles roles =
            new Roles(Precision.FLOAT32)
                .frozen(Loss.NETWORK, NETWORK, Flat.of(Precision.FLOAT32, NETWORK.initial(1)))) {
      round.sums(step, draw, roles, 0);
      for (int i = 0; i < ours.length; i++) {
        long start = System.nanoTime();
        round.sums(step, draw, roles, i);
        ours[i] = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        threads.round(step, draw, roles, i);
        plain[i] = (System.nanoTime() - start) / 1e9;
      }
    }
    double samples = REAL_WORKERS * config.get(BATCH);
    metrics.put("parameters", NETWORK.layout().size());
    metrics.put("seconds", Median.of(ours));
    metrics.put("samplesPerSecond", samples / Median.of(ours));
    metrics.put("programSamplesPerSecond", samples / Median.of(plain));
    metrics.put("timeRatio", Median.of(ours) / Median.of(plain));
    progress.say(
        "a transformer's round: %.2f s, the same programs without Spark %.2f s",
        Median.of(ours), Median.of(plain));
  }
}
