package io.accelerant.selection.rs2;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Bytes that tasks exchanged and read, and their processor time, from construction or the last
 * {@link #reset} on.
 */
public final class StageMeter extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final AtomicLong exchanged = new AtomicLong();
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong cpuNanos = new AtomicLong();

  public StageMeter(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    TaskMetrics metrics = end.taskMetrics();
    if (metrics != null) { // absent when the executor was lost
      exchanged.addAndGet(metrics.shuffleWriteMetrics().bytesWritten());
      read.addAndGet(metrics.inputMetrics().bytesRead());
      cpuNanos.addAndGet(metrics.executorCpuTime());
    }
  }

  /** Bytes written for an exchange between stages. */
  public long exchangeBytes() {
    drain();
    return exchanged.get();
  }

  /** Bytes read from files and from cached tables. */
  public long inputBytes() {
    drain();
    return read.get();
  }

  /** Processor time of tasks, which a busy machine disturbs less than the time on the wall. */
  public double cpuSeconds() {
    drain();
    return cpuNanos.get() / 1e9;
  }

  /** Begins to count anew. */
  public void reset() {
    drain();
    exchanged.set(0);
    read.set(0);
    cpuNanos.set(0);
  }

  private void drain() {
    try {
      context.listenerBus().waitUntilEmpty(); // events arrive late
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's listeners are stuck", e);
    }
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
