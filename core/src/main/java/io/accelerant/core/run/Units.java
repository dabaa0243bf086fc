package io.accelerant.core.run;

import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunMetrics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;

/**
 * One map over units of work on a cluster. A partition opens once what its units share, such as a
 * model; results come back in the order of the units, however they were cut into partitions. What a
 * task makes (a record or an array) crosses the stage as {@link JavaBytes}.
 *
 * <p>Everything that a task captures travels with each stage. What is large, or serves several
 * stages, is better captured as a {@link io.accelerant.core.job.Shared}. Units that have ended
 * count as {@code accelerant.units}. A failure of a task that a user can understand is thrown as it
 * was thrown there.
 *
 * @param <S> what the units of a partition share; closed after the last one if it can be
 */
public final class Units<S> {
  /** As many partitions as there are units: for few and long ones, the longest first. */
  public static final int ONE_EACH = Integer.MAX_VALUE;

  /** Opens what the units of a partition share. */
  @FunctionalInterface
  public interface Opening<S> extends Serializable {
    S open();
  }

  /** What is done to a unit of work, in a task. */
  @FunctionalInterface
  public interface Task<S, U, R> extends Serializable {
    R run(S opened, U unit);
  }

  private final JobContext context;
  private final JavaSparkContext spark;
  private final GpuStage stage;
  private final int partitions;
  private final Opening<S> opening;
  private final LongAccumulator ended;

  /**
   * @param stage what the tasks ask Spark for
   * @param partitions at most so many; 0 for four a core
   */
  public Units(JobContext context, GpuStage stage, int partitions, Opening<S> opening) {
    this.context = context;
    this.spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    this.stage = stage;
    this.partitions = partitions > 0 ? partitions : 4 * spark.defaultParallelism();
    this.opening = opening;
    this.ended = RunMetrics.of(spark.sc()).counter("units");
  }

  /**
   * Maps units 0 .. count-1.
   *
   * @param description for Spark's pages and event log
   */
  public <R extends Serializable> List<R> map(
      String description, int count, Task<? super S, Integer, R> task) {
    return count == 0
        ? List.of()
        : collect(description, numbers(count).mapPartitions(packed(task)));
  }

  /** Maps units 0 .. count-1 to rows of a table, when the table is read. */
  public JavaRDD<Row> rows(int count, Task<? super S, Integer, List<Row>> task) {
    return numbers(count).mapPartitions(each(task)).flatMap(List::iterator);
  }

  /**
   * Maps units 0 .. count-1 when it is first mapped again, and keeps the results on the executors.
   * They must be a pure function of the unit: an executor that is lost makes its own again.
   */
  public <K extends Serializable> Kept<K> keep(int count, Task<? super S, Integer, K> task) {
    Task<S, Integer, Indexed> indexed = (opened, unit) -> new Indexed(unit, task.run(opened, unit));
    return new Kept<>(
        numbers(count).mapPartitions(packed(indexed)).persist(StorageLevel.MEMORY_AND_DISK()));
  }

  private record Indexed(int unit, Serializable kept) implements Serializable {}

  /** What is done to what was kept of a unit of work, in a task. */
  @FunctionalInterface
  public interface KeptTask<S, K, R> extends Serializable {
    R run(S opened, int unit, K kept);
  }

  /** Results that stay on the executors, to be mapped once more. */
  public final class Kept<K extends Serializable> implements AutoCloseable {
    private final JavaRDD<byte[]> kept;

    private Kept(JavaRDD<byte[]> kept) {
      this.kept = kept;
    }

    /** As {@link Units#map}, of what was kept. */
    public <R extends Serializable> List<R> map(
        String description, KeptTask<? super S, K, R> task) {
      Task<S, byte[], R> onBytes =
          (opened, bytes) -> {
            Indexed next = JavaBytes.value(bytes);
            @SuppressWarnings("unchecked")
            K value = (K) next.kept();
            return task.run(opened, next.unit(), value);
          };
      return collect(description, kept.mapPartitions(packed(onBytes)));
    }

    @Override
    public void close() {
      kept.unpersist(false);
    }
  }

  /** Hears of long units that were made. */
  @FunctionalInterface
  public interface Said<U, R> {
    /**
     * @param number how many have been made by now
     * @param of how many were not in the checkpoint
     */
    void made(U unit, R result, int number, int of);
  }

  /**
   * Maps long units, each a Spark job of one task and saved when it ends; as many run at a time as
   * there are cores. They start in their order: give the longest first.
   *
   * @param type of the results, as {@link Stages} saves them
   * @param said called for each that was not in the checkpoint, once it is saved
   * @return all results, in the order of the units
   * @throws io.accelerant.core.error.StoppedException if the run is to stop: those that run are
   *     cancelled, and made anew by the same command
   */
  public <U extends SavedUnit, R extends Serializable> Map<U, R> saved(
      Stages stages, Class<R> type, List<U> units, Task<? super S, U, R> task, Said<U, R> said) {
    return new SavedUnits<U, R>(context, stages, type, said).run(units, unit -> alone(unit, task));
  }

  private <U extends SavedUnit, R extends Serializable> R alone(
      U unit, Task<? super S, U, R> task) {
    return this.<R>map(unit.description(), 1, (opened, zero) -> task.run(opened, unit)).get(0);
  }

  private JavaRDD<Integer> numbers(int count) {
    int slices = Math.max(1, Math.min(partitions, count));
    return stage.on(spark.parallelize(IntStream.range(0, count).boxed().toList(), slices));
  }

  private <U, R extends Serializable> FlatMapFunction<Iterator<U>, byte[]> packed(
      Task<? super S, U, R> task) {
    return each((opened, unit) -> JavaBytes.of(task.run(opened, unit)));
  }

  /** A partition. Captures no field of this, which cannot travel. */
  private <U, R> FlatMapFunction<Iterator<U>, R> each(Task<? super S, U, R> task) {
    Opening<S> open = opening;
    LongAccumulator counter = ended;
    return units -> {
      List<R> results = new ArrayList<>();
      S opened = open.open();
      try (AutoCloseable last = opened instanceof AutoCloseable closed ? closed : () -> {}) {
        while (units.hasNext()) {
          results.add(task.run(opened, units.next()));
          counter.add(1L);
        }
      }
      return results.iterator();
    };
  }

  private <R> List<R> collect(String description, JavaRDD<byte[]> results) {
    try (JobDescription jobs = new JobDescription(spark.sc())) {
      jobs.set(description);
      return results.collect().stream().map(JavaBytes::<R>value).toList();
    } catch (Exception e) { // Spark throws checked ones without saying so
      AccelerantException.in(e)
          .ifPresent(
              known -> {
                throw known;
              });
      throw e;
    }
  }
}
