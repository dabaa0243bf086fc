package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.job.TaskSummary;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    requireLocalFolder(conf);
    started = start(conf);
    // what a job does not describe itself is at least seen to be its
    started.sparkContext().setJobDescription(conf.get("spark.app.name"));
    tasks = new TaskSummary(started.sparkContext());
    return started;
  }

  private static SparkSession start(SparkConf conf) {
    try {
      return SparkSession.builder().config(conf).getOrCreate();
    } catch (Exception e) { // Scala throws checked ones undeclared
      throw refused(conf, e);
    }
  }

  /** Spark's own settings fail in its own words: one line that names the keys. */
  static RuntimeException refused(SparkConf conf, Exception thrown) {
    if (MachineFault.explain(thrown).isPresent()) {
      return new IllegalStateException(thrown);
    }
    String all =
        Stream.iterate((Throwable) thrown, Objects::nonNull, Throwable::getCause)
            .map(t -> String.valueOf(t.getMessage()))
            .collect(Collectors.joining("\n"));
    String said = all.lines().findFirst().orElse("");
    String keys =
        Arrays.stream(conf.getAll())
            .filter(set -> set._2().length() > 2 && all.contains(set._2().replace("file:", "")))
            .map(set -> set._1() + " = " + set._2())
            .collect(Collectors.joining(", "));
    return new ConfigException(
        Text.of(
            "Spark does not start: %s Change %s.",
            said.endsWith(".") ? said : said + ".",
            keys.isEmpty() ? "the spark.* settings (--print-config shows them)" : keys),
        thrown);
  }

  /** Where there is none Spark ends the process without a word to its caller. */
  static void requireLocalFolder(SparkConf conf) {
    String folders = conf.get("spark.local.dir", "");
    if (!folders.isBlank() && Arrays.stream(folders.split(",")).noneMatch(SparkStart::canWrite)) {
      throw new ConfigException(
          Text.of(
              "spark.local.dir = %s: no such folder can be made and written; choose another, or"
                  + " leave it out.",
              folders));
    }
  }

  private static boolean canWrite(String folder) {
    try {
      return Files.isWritable(Files.createDirectories(Path.of(folder.strip())));
    } catch (IOException e) {
      return false;
    }
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
