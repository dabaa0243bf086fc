package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.distill.sample.SampleJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * Runs ordinary jobs into one folder, each unless it has been done.
 *
 * @param common settings of all of them
 */
record Steps(JobContext context, String folder, List<String> common) {
  /** Where what was made before is looked for. */
  @FunctionalInterface
  interface Search {
    Optional<Artifact> find(Job job, JobConfig config, Configuration hadoop);
  }

  /**
   * What there is now.
   *
   * @param seconds that it took this time; nothing if it was there already
   */
  record Made(Artifact artifact, Optional<Double> seconds) {}

  /** The place of a step's artifact, of any version. */
  String output(String name) {
    return folder + "/" + name + "-{version}";
  }

  JobResult run(String title, String output, Job job, List<String> sets) {
    return run(title, output, job, sets, FinishedStep::find);
  }

  /** Of data that comes along. */
  JobResult prepare(String title, String output, Job job, List<String> sets) {
    return run(title, output, job, sets, FinishedStep::findMadeOfOwn);
  }

  /**
   * Samples of several ways, each an artifact of its own.
   *
   * @param common settings of all ways
   * @param ways settings of each by what it is called
   * @return in the order of the ways, by the same names
   */
  Map<String, JobResult> sample(
      String title, String output, List<String> common, Map<String, List<String>> ways) {
    context.progress().say(title);
    Map<String, JobResult> drawn = new LinkedHashMap<>();
    ways.forEach(
        (way, sets) -> {
          List<String> all = new ArrayList<>(common);
          all.addAll(sets);
          String own = output + "-" + (drawn.size() + 1);
          drawn.put(way, run("  " + way, own, new SampleJob(), all));
        });
    return drawn;
  }

  private JobResult run(String title, String output, Job job, List<String> sets, Search finished) {
    List<String> all = new ArrayList<>(sets);
    all.add("run.output=" + output(output));
    all.addAll(common);
    Artifact made =
        make(title, job, JobConfig.load(List.of(), all, job.keys()), finished).artifact();
    context.checkStop();
    return new JobResult(made.uri(), made.contentHash(), made.manifest().metrics());
  }

  /** Runs a job whose output is in the folder. */
  Made make(String title, Job job, JobConfig config, Search finished) {
    context.progress().say(title);
    Optional<Artifact> made = finished.find(job, config, context.hadoop());
    if (made.isPresent()) {
      context.progress().say("  done already: %s", made.get().uri());
      return new Made(made.get(), Optional.empty());
    }
    long start = System.nanoTime();
    String artifact = context.part(job, config).artifact();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Made(Artifact.open(artifact, context.hadoop()), Optional.of(seconds));
  }
}
