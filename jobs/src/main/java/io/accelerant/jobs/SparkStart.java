package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Progress;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Starts the Spark session of a run when it is first needed, and stops it when the run is over. */
final class SparkStart implements Supplier<SparkSession>, AutoCloseable {
  private final JobConfig config;
  private final Progress progress;
  private SparkSession started;

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
    progress.say("Starting Spark on %s", conf.get("spark.master"));
    started = SparkSession.builder().config(conf).getOrCreate();
    return started;
  }

  @Override
  public void close() {
    if (started != null) {
      started.stop();
    }
  }
}
