package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.random.RandomStream;
import io.accelerant.rl.weight.AliasTable;
import io.accelerant.rl.weight.Poisson;
import io.accelerant.rl.weight.TransitionSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Draws transitions by the weights of their episodes, without an array of all transitions or all
 * episodes anywhere. Every draw has its own random stream, so the draws are the same under any
 * partitioning, and a retried task repeats itself.
 */
public final class WeightedBatches {
  private static final StructType DRAWS =
      StructType.fromDDL("draw BIGINT NOT NULL, episode_id BIGINT NOT NULL, step INT NOT NULL");
  private static final long BUCKET = RandomStream.purpose("rl.batch.bucket");
  private static final long TRANSITION = RandomStream.purpose("rl.batch.transition");
  private static final long COUNT = RandomStream.purpose("rl.batch.poisson");
  private static final long PLACE = RandomStream.purpose("rl.batch.place");

  private WeightedBatches() {}

  /**
   * Exactly {@code draws} independent draws with replacement, {@code P(i, t) = mass_i / T_i}. The
   * episodes are spread over logical buckets by a hash of their id. A draw first chooses a bucket
   * by its mass (the driver holds one number a bucket), then, where the bucket's episodes are, an
   * episode by alias table and a step uniformly; so the counts of buckets are multinomial.
   *
   * @param weights table of {@link EpisodeWeights.Weighted}
   * @param draws how many; their numbers 0, 1, .. are the order of training
   * @return {@code draw, episode_id, step}, in no order
   */
  public static Dataset<Row> multinomial(Dataset<Row> weights, long draws, int buckets, long seed) {
    SparkSession spark = weights.sparkSession();
    Dataset<Row> bucketed =
        weights
            .filter(col("mass").gt(0))
            .select(
                pmod(xxhash64(col("episode_id")), lit(buckets)).cast("int").as("bucket"),
                col("episode_id"),
                col("length").cast("int").as("length"),
                col("mass"));
    double[] bucketMass = masses(bucketed, buckets);
    int partitions = Math.min(buckets, bucketed.sparkSession().sparkContext().defaultParallelism());
    HashPartitioner partitioner = new HashPartitioner(partitions);
    JavaPairRDD<Integer, long[]> episodes =
        bucketed
            .javaRDD()
            .mapToPair(
                r ->
                    new Tuple2<>(
                        r.getInt(0),
                        new long[] {
                          r.getLong(1), r.getInt(2), Double.doubleToLongBits(r.getDouble(3))
                        }))
            .partitionBy(partitioner);
    JavaPairRDD<Integer, Long> places =
        spark
            .range(draws)
            .javaRDD()
            .mapPartitionsToPair(numbers -> choose(numbers, bucketMass, seed))
            .partitionBy(partitioner);
    JavaRDD<Row> drawn =
        episodes.zipPartitions(places, (owned, numbers) -> draw(owned, numbers, seed));
    return spark.createDataFrame(drawn, DRAWS);
  }

  /** Sums within a bucket, exact. */
  private static double[] masses(Dataset<Row> bucketed, int buckets) {
    ExactSum sum = ExactSum.below("mass", 1);
    double[] mass = new double[buckets];
    for (Row row :
        bucketed
            .groupBy("bucket")
            .agg(sum.of(col("mass")).get(0), sum.of(col("mass")).get(1))
            .collectAsList()) {
      mass[row.getInt(0)] = sum.value(row);
    }
    return mass;
  }

  private static Iterator<Tuple2<Integer, Long>> choose(
      Iterator<Long> numbers, double[] bucketMass, long seed) {
    AliasTable table = new AliasTable(bucketMass);
    return new Mapped<>(
        numbers,
        number -> new Tuple2<>(table.draw(new RandomStream(seed, BUCKET, number, 0)), number));
  }

  private static Iterator<Row> draw(
      Iterator<Tuple2<Integer, long[]>> owned, Iterator<Tuple2<Integer, Long>> numbers, long seed) {
    Map<Integer, List<long[]>> byBucket = new HashMap<>();
    owned.forEachRemaining(
        e -> byBucket.computeIfAbsent(e._1(), b -> new ArrayList<>()).add(e._2()));
    Map<Integer, Bucket> buckets = new HashMap<>();
    byBucket.forEach((bucket, episodes) -> buckets.put(bucket, Bucket.of(episodes)));
    return new Mapped<>(
        numbers,
        n -> {
          Bucket bucket = buckets.get(n._1());
          TransitionSampler.Draw draw =
              bucket.sampler.draw(new RandomStream(seed, TRANSITION, n._2(), 0));
          return RowFactory.create(n._2(), bucket.ids[draw.episode()], draw.step());
        });
  }

  /** The episodes of one bucket in order of their ids, whatever order they came in. */
  private record Bucket(long[] ids, TransitionSampler sampler) {
    static Bucket of(List<long[]> episodes) {
      List<long[]> sorted = new ArrayList<>(episodes);
      sorted.sort(Comparator.comparingLong(e -> e[0]));
      return new Bucket(
          sorted.stream().mapToLong(e -> e[0]).toArray(),
          new TransitionSampler(
              sorted.stream().mapToDouble(e -> Double.longBitsToDouble(e[2])).toArray(),
              sorted.stream().mapToInt(e -> (int) e[1]).toArray()));
    }
  }

  /**
   * Each transition by itself, {@code Poisson(draws * p)} times: one pass, no exchange, about
   * {@code draws} in total. The draws are numbered by a keyed hash: their order is random, their
   * numbers have gaps.
   *
   * @param epoch another one gives other draws
   * @return {@code draw, episode_id, step}, in no order
   */
  public static Dataset<Row> poisson(Dataset<Row> weights, long draws, int epoch, long seed) {
    FlatMapFunction<Row, Row> emit =
        episode -> {
          long id = episode.getLong(0);
          double mean = draws * episode.getDouble(2);
          List<Row> rows = new ArrayList<>();
          for (int step = 0; step < episode.getLong(1); step++) {
            RandomStream stream = new RandomStream(seed, COUNT + epoch, id, step);
            int count = Poisson.draw(mean, stream);
            RandomStream place = new RandomStream(seed, PLACE + epoch, id, step);
            for (int copy = 0; copy < count; copy++) {
              rows.add(RowFactory.create(place.nextLong() >>> 1, id, step));
            }
          }
          return rows.iterator();
        };
    return weights
        .filter(col("mass").gt(0))
        .select("episode_id", "length", "transition_probability")
        .flatMap(emit, Encoders.row(DRAWS));
  }

  /** The drawn transitions, in training order. */
  public static Dataset<Row> join(Dataset<Row> draws, Dataset<Row> transitions) {
    String[] columns =
        Arrays.stream(transitions.columns())
            .filter(name -> !name.equals("episode_id") && !name.equals("step"))
            .toArray(String[]::new);
    return draws
        .join(
            transitions,
            scala.jdk.javaapi.CollectionConverters.asScala(List.of("episode_id", "step")).toSeq())
        .select("draw", concat(new String[] {"episode_id", "step"}, columns))
        .orderBy("draw", "episode_id", "step");
  }

  private static String[] concat(String[] first, String[] second) {
    String[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** One element after the other, nothing kept. */
  private static final class Mapped<A, B> implements Iterator<B> {
    private final Iterator<A> from;
    private final java.util.function.Function<A, B> function;

    Mapped(Iterator<A> from, java.util.function.Function<A, B> function) {
      this.from = from;
      this.function = function;
    }

    @Override
    public boolean hasNext() {
      return from.hasNext();
    }

    @Override
    public B next() {
      return function.apply(from.next());
    }
  }
}
