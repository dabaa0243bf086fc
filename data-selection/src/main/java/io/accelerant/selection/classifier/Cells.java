package io.accelerant.selection.classifier;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.selection.classifier.SubsetTraining.Trained;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The cells of the table on a cluster: each is a Spark job of one task, many at a time, and is
 * saved when it ends. What is trained does not depend on which of them run together.
 */
final class Cells {
  private static final String GROUP = "train-classifier";

  private final JobContext context;
  private final JavaSparkContext spark;
  private final StageStore store;
  private final Recipe recipe;
  private final ImageSet train;
  private final ImageSet test;

  Cells(JobContext context, StageStore store, Recipe recipe, ImageSet train, ImageSet test) {
    this.context = context;
    this.spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    this.store = store;
    this.recipe = recipe;
    this.train = train;
    this.test = test;
  }

  private record Ended(Cell cell, Trained trained) {}

  /** All cells, in their order; the longest start first. */
  Map<Cell, Trained> run(List<Cell> cells) {
    Map<Cell, Trained> found = new LinkedHashMap<>();
    List<Cell> missing = new ArrayList<>();
    for (Cell cell : cells) {
      Optional<Trained> saved = store.load(cell.stage()).map(Cells::unpack);
      found.put(cell, saved.orElse(null));
      if (saved.isEmpty()) {
        missing.add(cell);
      }
    }
    if (missing.isEmpty()) {
      return found;
    }
    missing.sort(Comparator.comparingLong(c -> -new SubsetTraining(c, recipe, train).steps()));
    Broadcast<byte[][]> images =
        spark.broadcast(
            new byte[][] {train.pixels(), train.labels(), test.pixels(), test.labels()});
    int together = Math.min(missing.size(), Math.max(1, spark.defaultParallelism()));
    ExecutorService threads = Executors.newFixedThreadPool(together);
    try (Shared<Recipe> shared = Shared.of(spark, recipe)) {
      try {
        CompletionService<Ended> ends = new ExecutorCompletionService<>(threads);
        missing.forEach(cell -> ends.submit(() -> new Ended(cell, train(cell, shared, images))));
        for (int n = 1; n <= missing.size(); n++) {
          Ended ended = ends.take().get();
          found.put(ended.cell(), ended.trained());
          store.save(ended.cell().stage(), pack(ended.trained()));
          context
              .progress()
              .say(
                  "cell %d/%d, %s: accuracy %.2f%%, %d steps in %.1f s",
                  n,
                  missing.size(),
                  ended.cell().stage(),
                  ended.trained().last(),
                  ended.trained().steps(),
                  ended.trained().seconds());
          context.checkStop();
        }
      } finally {
        stop(threads);
      }
      return found;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      images.destroy();
    }
  }

  /** Nothing may read the broadcasts any more when they are destroyed. */
  private void stop(ExecutorService threads) throws InterruptedException {
    List<Runnable> waiting = threads.shutdownNow();
    if (!threads.isTerminated() || !waiting.isEmpty()) {
      spark.cancelJobGroup(GROUP);
    }
    if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
      context.progress().say("a cell does not stop; going on without it");
    }
  }

  private Trained train(Cell cell, Shared<Recipe> shared, Broadcast<byte[][]> images) {
    spark.setJobGroup(GROUP, "train " + cell.stage(), true);
    String choice = cell.choice().label();
    double ratio = cell.ratio();
    long seed = cell.seed();
    int width = train.width();
    List<byte[]> packed =
        recipe
            .engine()
            .stage()
            .on(spark.parallelize(List.of(0), 1))
            .map(
                any -> {
                  Recipe own = shared.copy();
                  own.engine().start();
                  byte[][] bytes = images.value();
                  ProgramPool pool = ProgramPool.ofJvm(2 * own.slots());
                  Cell mine = new Cell(Choice.ofLabel(choice), ratio, seed);
                  Trained trained =
                      new SubsetTraining(mine, own, new ImageSet(width, bytes[0], bytes[1]))
                          .run(pool, new ImageSet(width, bytes[2], bytes[3]));
                  return toBytes(trained);
                })
            .collect();
    return ofBytes(packed.get(0));
  }

  /** Curve, times, steps and weights as little-endian bytes, which any serializer carries. */
  private static byte[] toBytes(Trained t) {
    int size = 4 + 8 * (t.accuracy().length + 3) + 4 * t.parameters().length;
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(t.accuracy().length);
    for (double a : t.accuracy()) {
      bytes.putDouble(a);
    }
    bytes.putDouble(t.seconds()).putDouble(t.cpuSeconds()).putLong(t.steps());
    for (float p : t.parameters()) {
      bytes.putFloat(p);
    }
    return bytes.array();
  }

  private static Trained ofBytes(byte[] packed) {
    ByteBuffer bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    double[] accuracy = new double[bytes.getInt()];
    for (int i = 0; i < accuracy.length; i++) {
      accuracy[i] = bytes.getDouble();
    }
    double seconds = bytes.getDouble();
    double cpuSeconds = bytes.getDouble();
    long steps = bytes.getLong();
    float[] parameters = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(parameters);
    return new Trained(accuracy, seconds, cpuSeconds, steps, parameters);
  }

  private static Map<String, Object> pack(Trained trained) {
    return Map.of("trained", Base64.getEncoder().encodeToString(toBytes(trained)));
  }

  private static Trained unpack(Map<String, Object> saved) {
    return ofBytes(Base64.getDecoder().decode((String) saved.get("trained")));
  }
}
