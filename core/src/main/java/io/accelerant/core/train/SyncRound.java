package io.accelerant.core.train;

import io.accelerant.core.job.RunMetrics;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Rounds of one step over the workers of packed shards: broadcast the parameters, one task a
 * worker, add in a fixed tree, destroy the broadcast. Nothing stays on executors between rounds but
 * pieces of the shards.
 */
public final class SyncRound implements AutoCloseable {
  private final JavaSparkContext spark;
  private final PackedShards shards;
  private final WorkerStep step;
  private final int batch;
  private final long seed;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LongAccumulator examples;

  /**
   * @param batch examples of one worker
   */
  public SyncRound(
      JavaSparkContext spark,
      Configuration hadoop,
      PackedShards shards,
      WorkerStep step,
      int batch,
      long seed) {
    this.spark = spark;
    this.shards = shards;
    this.step = step;
    this.batch = batch;
    this.seed = seed;
    this.hadoop = spark.broadcast(new SerializableConfiguration(hadoop));
    this.examples = RunMetrics.of(spark.sc()).counter("examples");
  }

  /** The sums of one round over the union batch. */
  public Sums sums(Flat parameters, int round) {
    int workers = shards.workers();
    Task task = new Task(step, shards, batch, seed, round, examples);
    Broadcast<SerializableConfiguration> files = hadoop;
    Broadcast<Serializable> broadcast = spark.broadcast(parameters.array());
    try {
      List<Integer> indexes = IntStream.range(0, workers).boxed().toList();
      JavaPairRDD<Integer, byte[]> parts =
          step.stage()
              .on(spark.parallelize(indexes, workers))
              .mapToPair(
                  worker ->
                      new Tuple2<>(
                          worker,
                          task.sums(worker, broadcast.value(), files.value().value()).toBytes()));
      return TreeSum.of(parts, workers);
    } finally {
      broadcast.destroy();
    }
  }

  @Override
  public void close() {
    hadoop.destroy();
  }

  /** One worker's part: reads its batch and takes the step. A pure function of all this. */
  private record Task(
      WorkerStep step,
      PackedShards shards,
      int batch,
      long seed,
      int round,
      LongAccumulator examples)
      implements Serializable {
    Sums sums(int worker, Serializable parameters, Configuration hadoop) {
      long[] indexes =
          new DrawOrder(seed, worker, shards.counts().get(worker))
              .indexes((long) round * batch, batch);
      List<byte[]> records =
          ShardReader.read(shards.files().get(worker), shards.recordBytes(), indexes, hadoop);
      long union = (long) shards.workers() * batch;
      examples.add(batch);
      return step.on(
          Flat.ofArray(parameters), new Batch(records, (long) worker * batch, union, seed, round));
    }
  }
}
