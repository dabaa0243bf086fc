package io.accelerant.core.run;

import io.accelerant.core.job.JobContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.spark.SparkContext;

/** Units that are saved one by one, see {@link Units#saved}. A stop cancels those that run. */
record SavedUnits<U extends SavedUnit, R>(
    JobContext context, Stages stages, Class<R> type, Units.Said<U, R> said) {

  /** Between two looks at whether the run is to stop. */
  private static final long BETWEEN_LOOKS_MILLIS = 200;

  private record Ended<U, R>(U unit, R result) {}

  Map<U, R> run(List<U> units, Function<U, R> work) {
    Map<U, R> found = new LinkedHashMap<>();
    List<U> missing = new ArrayList<>();
    for (U unit : units) {
      Optional<R> saved = stages.find(unit.stage(), type);
      found.put(unit, saved.orElse(null));
      if (saved.isEmpty()) {
        missing.add(unit);
      }
    }
    if (!missing.isEmpty()) {
      try {
        make(missing, work, found);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return found;
  }

  private void make(List<U> missing, Function<U, R> work, Map<U, R> found)
      throws ExecutionException, InterruptedException {
    SparkContext spark = context.spark().sparkContext();
    String group = UUID.randomUUID().toString();
    int together = Math.min(missing.size(), Math.max(1, spark.defaultParallelism()));
    ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(together);
    int made = 0;
    try {
      CompletionService<Ended<U, R>> ends = new ExecutorCompletionService<>(threads);
      for (U unit : missing) {
        ends.submit(
            () -> {
              spark.setJobGroup(group, unit.description(), true);
              return new Ended<>(unit, work.apply(unit));
            });
      }
      while (made < missing.size()) {
        Future<Ended<U, R>> next = ends.poll(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          Ended<U, R> ended = next.get();
          made++;
          found.put(ended.unit(), ended.result());
          stages.save(ended.unit().stage(), ended.result());
          said.made(ended.unit(), ended.result(), made, missing.size());
        }
        context.checkStop();
      }
    } finally {
      threads.getQueue().clear();
      threads.shutdown();
      if (made < missing.size()) {
        spark.cancelJobGroupAndFutureJobs(group);
      }
      // The caller may take away what tasks read; not interrupted, a thread ends with its job.
      if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        context.progress().say("a task does not stop; going on without it");
      }
    }
  }
}
