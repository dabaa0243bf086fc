package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.job.TaskSummary;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Starts the Spark session of a run when it is first needed, and stops it when the run is over. */
final class SparkStart implements Supplier<SparkSession>, AutoCloseable {
  private final JobConfig config;
  private final Progress progress;
  private SparkSession started;
  private TaskSummary tasks;

  SparkStart(JobConfig config, Progress progress) {
    this.config = config;
    this.progress = progress;
  }

  /** The session; one that already runs in this process is used as it is and left running. */
  @Override
  public SparkSession get() {
    var running = SparkSession.getDefaultSession();
    if (running.isDefined() && !running.get().sparkContext().isStopped()) {
      progress.say("Using the Spark session of this process with its own settings.");
      return running.get();
    }
    SparkConf conf = new SparkConf();
    config.spark().forEach(conf::set);
    VersionMatrix.check(Platform.current()).ifPresent(progress::say);
    progress.say("Starting Spark on %s", conf.get("spark.master"));
    started = SparkSession.builder().config(conf).getOrCreate();
    // what a job does not describe itself is at least seen to be its
    started.sparkContext().setJobDescription(conf.get("spark.app.name"));
    tasks = new TaskSummary(started.sparkContext());
    return started;
  }

  /** Writes the metrics of the run to the event log, if Spark was started for it. */
  JobResult logged(JobResult result) {
    if (started != null && !started.sparkContext().isStopped()) {
      RunMetrics.of(started.sparkContext()).log("result", 0, result.metrics());
    }
    return result;
  }

  @Override
  public void close() {
    if (started != null && !started.sparkContext().isStopped()) {
      progress.say(tasks.line());
      started.stop();
    }
  }
}
