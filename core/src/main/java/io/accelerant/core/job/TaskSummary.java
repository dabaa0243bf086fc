package io.accelerant.core.job;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** What Spark had to do for a run: tasks, those that failed and ran again, executors lost. */
public final class TaskSummary extends SparkListener {
  private final SparkContext context;
  private final Set<String> lost = new HashSet<>();
  private long tasks;
  private long failed;
  private long cpuNanos;
  private long collectionMillis;

  public TaskSummary(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    tasks++;
    if (end.reason() != Success$.MODULE$) {
      failed++;
    }
    cpuNanos += CpuShare.nanos(end);
    if (end.taskMetrics() != null) { // absent when the executor was lost
      collectionMillis += end.taskMetrics().jvmGCTime();
    }
  }

  @Override
  public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    lost.add(removed.executorId());
  }

  /** What has happened so far, in one line for people. */
  public String line() {
    Listeners.drain(context);
    return text();
  }

  private synchronized String text() {
    return String.format(
        Locale.ROOT,
        "Spark: %d tasks, %d failed, %d executors lost, %.1f s of CPU in tasks, %.1f s of garbage collection",
        tasks,
        failed,
        lost.size(),
        cpuNanos / 1e9,
        collectionMillis / 1e3);
  }
}
