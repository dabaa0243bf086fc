package io.accelerant.core.job;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Which part of the CPU time of a run is spent in tasks, from construction to {@link #close()}. It
 * is what can be spread over executors; the rest stays on the driver however large the cluster is.
 */
public final class CpuShare extends SparkListener implements AutoCloseable {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final SparkContext context;
  private final AtomicLong taskNanos = new AtomicLong();
  private final long processStart = PROCESS.getProcessCpuTime();

  public CpuShare(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    taskNanos.addAndGet(nanos(end));
  }

  /** CPU time of one task; 0 where nobody knows, because its executor was lost. */
  static long nanos(SparkListenerTaskEnd end) {
    return end.taskMetrics() == null
        ? 0
        : end.taskMetrics().executorCpuTime() + end.taskMetrics().executorDeserializeCpuTime();
  }

  /** CPU seconds spent in tasks that have ended, on all executors. */
  public double executorSeconds() {
    Listeners.drain(context);
    return taskNanos.get() / 1e9;
  }

  /** CPU seconds of the whole run: this process and, when they are elsewhere, the executors. */
  public double totalSeconds() {
    double process = (PROCESS.getProcessCpuTime() - processStart) / 1e9;
    return context.isLocal() ? process : process + executorSeconds();
  }

  /** Tasks' part of the CPU time, between 0 and 1. Compilation and collection count against it. */
  public double share() {
    return executorSeconds() / totalSeconds();
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
