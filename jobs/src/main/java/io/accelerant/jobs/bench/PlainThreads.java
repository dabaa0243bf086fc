package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The workers' steps on a pool of threads without Spark, added up as they are. */
final class PlainThreads implements AutoCloseable {
  private static final int RECORDS = 1024;

  private final ExecutorService threads;
  private final ProgramPool pool;
  private final List<LocalRound> workers = new ArrayList<>();

  PlainThreads(int count, int workerCount, int recordBytes) {
    Engine.start(1, "auto");
    threads = Executors.newFixedThreadPool(count);
    pool = new ProgramPool(workerCount);
    for (int worker = 0; worker < workerCount; worker++) {
      int own = worker;
      MemoryShards shards = new MemoryShards(RECORDS, i -> record(own + i, recordBytes), 1);
      workers.add(new LocalRound(shards, pool, Precision.FLOAT32, 1));
    }
  }

  private static byte[] record(int content, int bytes) {
    byte[] record = new byte[bytes];
    Arrays.fill(record, (byte) content);
    return record;
  }

  void round(RoundStep step, Draw draw, Roles roles, int round) {
    List<Future<Sums>> parts = new ArrayList<>();
    for (LocalRound worker : workers) {
      parts.add(threads.submit(() -> worker.sums(step, draw, roles, round)));
    }
    try {
      Sums sum = parts.get(0).get();
      for (Future<Sums> part : parts.subList(1, parts.size())) {
        sum.add(part.get());
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("a step failed", e);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    workers.forEach(LocalRound::close);
    pool.close();
  }
}
