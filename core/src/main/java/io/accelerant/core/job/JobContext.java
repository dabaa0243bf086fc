package io.accelerant.core.job;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.error.StoppedException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * What a job gets from its surroundings. Spark starts when it is first asked for, so that a dry run
 * needs none.
 */
public final class JobContext {
  private final Supplier<SparkSession> starter;
  private final Configuration hadoop;
  private final Progress progress;
  private final BooleanSupplier stopRequested;
  private final boolean force;
  private final String command;
  private SparkSession spark;

  /**
   * @param starter starts the Spark session; called at most once
   * @param hadoop settings of the file systems
   * @param stopRequested whether a signal asked the run to save its state and stop
   * @param force whether a claim left behind by another run may be taken over
   * @param command the command line that started the run, without secrets; empty from Java
   */
  public JobContext(
      Supplier<SparkSession> starter,
      Configuration hadoop,
      Progress progress,
      BooleanSupplier stopRequested,
      boolean force,
      String command) {
    this.starter = starter;
    this.hadoop = hadoop;
    this.progress = progress;
    this.stopRequested = stopRequested;
    this.force = force;
    this.command = command;
  }

  /** For callers from Java that have a session. */
  public static JobContext of(SparkSession spark, Progress progress) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    return new JobContext(() -> spark, hadoop, progress, () -> false, false, "");
  }

  public synchronized SparkSession spark() {
    if (spark == null) {
      spark = starter.get();
    }
    return spark;
  }

  /** Spark's settings, for those who need not know Spark. */
  public Map<String, String> sparkSettings() {
    return settings(spark().sparkContext().getConf());
  }

  static Map<String, String> settings(SparkConf conf) {
    Map<String, String> settings = new TreeMap<>();
    for (Tuple2<String, String> setting : conf.getAll()) {
      settings.put(setting._1(), setting._2());
    }
    return settings;
  }

  /** Tasks that run at once in one JVM: all of them in a local run, else those of an executor. */
  public int taskSlots() {
    return spark().sparkContext().isLocal()
        ? spark().sparkContext().defaultParallelism()
        : NativeMemory.slots(sparkSettings());
  }

  public Configuration hadoop() {
    return hadoop;
  }

  public Progress progress() {
    return progress;
  }

  public boolean force() {
    return force;
  }

  /** Runs a job as a part of this one; what it does not describe to Spark itself has its name. */
  public JobResult part(Job job, JobConfig config) {
    try (JobDescription description = new JobDescription(spark().sparkContext())) {
      description.set(job.name());
      return job.run(this, config);
    }
  }

  /** The command line that started the run, for the model card; empty when started from Java. */
  public String command() {
    return command;
  }

  /** Whether a signal asked the run to save its state and stop. */
  public boolean isStopRequested() {
    return stopRequested.getAsBoolean();
  }

  /**
   * To be called where the state of the job is saved.
   *
   * @throws StoppedException if a signal asked the run to stop
   */
  public void checkStop() {
    if (isStopRequested()) {
      throw new StoppedException(
          "Stopped by a signal; the state is saved, the same command goes on from there.");
    }
  }
}
