package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunMetrics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Rounds over the workers of packed shards: broadcast what has moved, one task a worker, add in a
 * fixed tree, destroy the broadcast. What is fixed is broadcast once. Nothing else stays on
 * executors between rounds but pieces of the shards.
 */
public final class SyncRound implements Workers {
  private final JavaSparkContext spark;
  private final EngineSettings engine;
  private final int slots;
  private final long seed;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LongAccumulator examples;
  private PackedShards shards;
  private Broadcast<Serializable> fixed;
  private int version;
  private long bytes;

  /**
   * @param engine how it is started in a task
   * @param slots tasks that run at once in one JVM, times the programs of a step: the capacity of
   *     its pool of programs
   * @param seed of the run
   */
  public SyncRound(
      JavaSparkContext spark,
      Configuration hadoop,
      PackedShards shards,
      EngineSettings engine,
      int slots,
      long seed) {
    this.spark = spark;
    this.shards = shards;
    this.engine = engine;
    this.slots = slots;
    this.seed = seed;
    this.hadoop = spark.broadcast(new SerializableConfiguration(hadoop));
    this.examples = RunMetrics.of(spark.sc()).counter("examples");
  }

  /** Goes on with other records, such as those of the next iteration. */
  public void use(PackedShards next) {
    shards = next;
  }

  /** Bytes of numbers broadcast so far. */
  long bytes() {
    return bytes;
  }

  @Override
  public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
    fix(roles);
    List<RoleNumbers> numbers = roles.numbers(step.averages());
    List<RoleNumbers.Slot> slotsOfRoles = numbers.stream().map(RoleNumbers::slot).toList();
    Task task =
        new Task(
            step,
            draw,
            shards,
            new ArrayList<>(slotsOfRoles),
            roles.precision(),
            engine,
            slots,
            seed,
            round,
            examples);
    Broadcast<SerializableConfiguration> files = hadoop;
    Broadcast<Serializable> still = fixed;
    Broadcast<Serializable> moving = broadcast(numbers, roles.precision(), RoleNumbers::moving);
    int workers = shards.workers();
    try {
      List<Integer> indexes = IntStream.range(0, workers).boxed().toList();
      JavaPairRDD<Integer, byte[]> parts =
          step.stage(engine)
              .on(spark.parallelize(indexes, workers))
              .mapToPair(
                  worker ->
                      new Tuple2<>(
                          worker,
                          task.sums(worker, still.value(), moving.value(), files.value().value())
                              .toBytes()));
      return TreeSum.of(parts, workers);
    } finally {
      moving.destroy();
    }
  }

  /** Broadcasts what is fixed if it has not been, or has changed. */
  private void fix(Roles roles) {
    if (fixed != null && version == roles.version()) {
      return;
    }
    unfix();
    roles.require(engine.frozen());
    version = roles.version();
    fixed = broadcast(roles.numbers(Set.of()), roles.precision(), RoleNumbers::fixed);
  }

  private void unfix() {
    if (fixed != null) {
      fixed.destroy();
      fixed = null;
    }
  }

  /** One array after the other: primitive arrays are what every serializer knows. */
  private Broadcast<Serializable> broadcast(
      List<RoleNumbers> roles, Precision precision, Function<RoleNumbers, Flat> part) {
    List<Flat> parts = roles.stream().map(part).filter(numbers -> numbers.length() > 0).toList();
    Flat all = parts.size() == 1 ? parts.get(0) : Flat.join(precision, parts);
    bytes += all.bytes();
    return spark.broadcast(all.array());
  }

  @Override
  public void close() {
    unfix();
    hadoop.destroy();
  }

  /** One worker's part: reads its batch and takes the step. A pure function of all this. */
  private record Task(
      RoundStep step,
      Draw draw,
      PackedShards shards,
      ArrayList<RoleNumbers.Slot> roles,
      Precision precision,
      EngineSettings engine,
      int slots,
      long seed,
      int round,
      LongAccumulator examples)
      implements Serializable {
    Sums sums(int worker, Serializable fixed, Serializable moving, Configuration hadoop) {
      Draw.Share share = draw.share(shards, worker, round);
      List<byte[]> records =
          ShardReader.read(
              shards.files().get(worker), shards.recordBytes(), share.places(), hadoop);
      examples.add(records.size());
      engine.start();
      try (Programs programs = new Programs(ProgramPool.ofJvm(slots), precision)) {
        programs.set(numbers(Flat.ofArray(fixed), Flat.ofArray(moving)));
        return step.on(programs, new Batch(records, share.numbers(), share.union(), seed, round));
      }
    }

    /** Averages come last and share what is fixed with their roles. */
    private List<RoleNumbers> numbers(Flat fixed, Flat moving) {
      List<RoleNumbers> numbers = new ArrayList<>();
      Map<String, Flat> still = new HashMap<>();
      int atFixed = 0;
      int atMoving = 0;
      for (RoleNumbers.Slot slot : roles) {
        Flat own = still.get(slot.of());
        if (own == null) {
          own = part(fixed, atFixed, slot.fixed().size());
          still.put(slot.of(), own);
          atFixed += own.length();
        }
        numbers.add(new RoleNumbers(slot, own, part(moving, atMoving, slot.moving().size())));
        atMoving += slot.moving().size();
      }
      return numbers;
    }

    /** What is all there is need not be copied. */
    private static Flat part(Flat all, int from, int length) {
      return length == all.length() ? all : all.slice(from, length);
    }
  }
}
