package io.accelerant.core.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One operation cut into parts that share no result, one part for each thread of the task. Every
 * part is computed by one thread, so its bits do not depend on the number of parts. Used where the
 * libraries do not share the work well: for small products, whose threads would mostly wait for
 * each other, and for operations of our own.
 */
final class Team extends Step {
  private static final ExecutorService HELPERS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "engine-helper");
            thread.setDaemon(true);
            return thread;
          });

  private final List<? extends Step> parts;

  Team(List<? extends Step> parts) {
    super(parts.get(0).operation);
    this.parts = List.copyOf(parts);
  }

  @Override
  void execute() {
    List<Future<?>> others = new ArrayList<>();
    for (Step part : parts.subList(1, parts.size())) {
      others.add(HELPERS.submit(part::run));
    }
    RuntimeException failure = null;
    try {
      parts.get(0).run();
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Future<?> other : others) { // wait for all: they write into memory of this program
      failure = join(other, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static RuntimeException join(Future<?> other, RuntimeException failure) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          other.get();
          return failure;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return failure == null ? new IllegalStateException(e.getCause()) : failure;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  void close() {
    parts.forEach(Step::close);
  }

  @Override
  public String toString() {
    return parts.size() + " x " + parts.get(0);
  }
}
