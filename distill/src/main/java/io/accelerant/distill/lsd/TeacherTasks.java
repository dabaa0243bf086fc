package io.accelerant.distill.lsd;

import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.job.Shared;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;

/**
 * The Spark side of LSD: pure functions of (teacher, unit of work) are mapped over units, their
 * double[] results come back in the order of the units, however they were cut into partitions.
 */
final class TeacherTasks {
  /** What is done to one unit of work. Runs in a task; everything it holds travels with it. */
  @FunctionalInterface
  interface Task extends Serializable {
    double[] run(DiscreteModel teacher, int unit);
  }

  /** What is done to one micro-batch of stored teacher states. */
  @FunctionalInterface
  interface StateTask extends Serializable {
    /**
     * @param states [grid points][batch * length]; the last are the teacher's samples
     */
    double[] run(DiscreteModel teacher, long[] ids, int[][] states);
  }

  private final JavaSparkContext spark;
  private final Shared<DiscreteSource> source;
  private final int partitions;
  private final GpuStage stage;
  private final LongAccumulator done;

  /**
   * @param stage what stages that use the teacher ask Spark for
   */
  TeacherTasks(
      JavaSparkContext spark, Shared<DiscreteSource> source, int partitions, GpuStage stage) {
    this.spark = spark;
    this.source = source;
    this.partitions = partitions;
    this.stage = stage;
    this.done = RunMetrics.of(spark.sc()).counter("units");
  }

  /** What is done to one unit of work with the help of a value that every task gets a copy of. */
  @FunctionalInterface
  interface TaskWith<T> extends Serializable {
    double[] run(DiscreteModel teacher, T value, int unit);
  }

  /** Maps units 0..count-1; the result has one array for each, in order. */
  List<double[]> map(String description, int count, Task task) {
    return mapWith(null, description, count, (teacher, nothing, unit) -> task.run(teacher, unit));
  }

  /** As {@link #map}, with a value that is broadcast. */
  <T extends Serializable> List<double[]> mapWith(
      Shared<T> value, String description, int count, TaskWith<T> task) {
    Shared<DiscreteSource> shared = source;
    LongAccumulator counter = done;
    try (JobDescription jobs = new JobDescription(spark.sc())) {
      jobs.set(description);
      return units(count)
          .mapPartitions(
              indices -> {
                List<double[]> results = new ArrayList<>();
                T own = value == null ? null : value.copy();
                try (DiscreteModel teacher = shared.copy().open()) {
                  while (indices.hasNext()) {
                    results.add(task.run(teacher, own, indices.next()));
                    counter.add(1L);
                  }
                }
                return results.iterator();
              })
          .collect();
    }
  }

  private JavaRDD<Integer> units(int count) {
    return stage.on(spark.parallelize(IntStream.range(0, count).boxed().toList(), slices(count)));
  }

  private int slices(int count) {
    int wanted = partitions > 0 ? partitions : 4 * spark.defaultParallelism();
    return Math.max(1, Math.min(wanted, count));
  }

  /**
   * Micro-batches of teacher states, kept in the executors (or made again there: they are a pure
   * function of ids).
   */
  final class States implements AutoCloseable {
    private final JavaRDD<int[]> states;
    private final int batch;
    private final int count;

    /**
     * @param roll walks the teacher for a batch of ids and returns its states, [grid points][batch
     *     * length]
     */
    States(int count, int batch, Roll roll) {
      this.batch = batch;
      this.count = count;
      Shared<DiscreteSource> shared = source;
      int micro = batches(count, batch);
      this.states =
          units(micro)
              .mapPartitions(
                  indices -> {
                    List<int[]> out = new ArrayList<>();
                    try (DiscreteModel teacher = shared.copy().open()) {
                      while (indices.hasNext()) {
                        int index = indices.next();
                        out.add(pack(index, roll.run(teacher, ids(index, batch, count))));
                      }
                    }
                    return out.iterator();
                  })
              .persist(StorageLevel.MEMORY_AND_DISK());
    }

    List<double[]> map(String description, StateTask task) {
      Shared<DiscreteSource> shared = source;
      int size = batch;
      int total = count;
      LongAccumulator counter = done;
      try (JobDescription jobs = new JobDescription(spark.sc())) {
        jobs.set(description);
        return states
            .mapPartitions(
                packed -> {
                  List<double[]> results = new ArrayList<>();
                  try (DiscreteModel teacher = shared.copy().open()) {
                    while (packed.hasNext()) {
                      int[] next = packed.next();
                      long[] ids = ids(next[0], size, total);
                      results.add(
                          task.run(teacher, ids, unpack(next, ids.length * teacher.length())));
                      counter.add(1L);
                    }
                  }
                  return results.iterator();
                })
            .collect();
      }
    }

    @Override
    public void close() {
      states.unpersist(false);
    }
  }

  /** Walks the teacher for a batch of ids. */
  @FunctionalInterface
  interface Roll extends Serializable {
    int[][] run(DiscreteModel teacher, long[] ids);
  }

  /** Number of micro-batches of {@code count} ids. */
  static int batches(int count, int batch) {
    return (count + batch - 1) / batch;
  }

  /** The ids of micro-batch {@code index}: those with {@code id div batch == index}. */
  static long[] ids(int index, int batch, int count) {
    int from = index * batch;
    long[] ids = new long[Math.min(batch, count - from)];
    for (int j = 0; j < ids.length; j++) {
      ids[j] = from + j;
    }
    return ids;
  }

  private static int[] pack(int index, int[][] states) {
    int width = states[0].length;
    int[] packed = new int[1 + states.length * width];
    packed[0] = index;
    for (int g = 0; g < states.length; g++) {
      System.arraycopy(states[g], 0, packed, 1 + g * width, width);
    }
    return packed;
  }

  private static int[][] unpack(int[] packed, int width) {
    int[][] states = new int[(packed.length - 1) / width][];
    for (int g = 0; g < states.length; g++) {
      states[g] = java.util.Arrays.copyOfRange(packed, 1 + g * width, 1 + (g + 1) * width);
    }
    return states;
  }

  /** Adds results in their order: one order of float64 addition, whatever the partitioning. */
  static double[] sum(List<double[]> parts) {
    double[] sum = new double[parts.get(0).length];
    for (double[] part : parts) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    return sum;
  }
}
