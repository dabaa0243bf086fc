package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells a tracking server about a run, if one is configured: parameters at the start, what is
 * measured after every round, metrics and report at the end. A run never fails for it.
 */
final class Tracking {
  /** Files of an artifact that are worth having beside its numbers. */
  private static final List<String> FILES = List.of("report.html", Report.FILE, "README.md");

  private final Optional<MlflowRun> server;

  private Tracking(Optional<MlflowRun> server) {
    this.server = server;
  }

  /**
   * @param progress told once about a server that does not answer
   * @throws io.accelerant.core.error.ConfigException if the key's value is none
   */
  static Tracking of(JobConfig config, Progress progress) {
    return new Tracking(
        config.find(RunKeys.TRACKING).map(uri -> new MlflowRun(server(config, uri), progress)));
  }

  private static MlflowServer server(JobConfig config, String uri) {
    try {
      return MlflowServer.of(uri, System.getenv());
    } catch (IllegalArgumentException e) {
      throw config.invalid(RunKeys.TRACKING, e.getMessage());
    }
  }

  /** Progress that goes to the server too, as far as it is numbers. */
  Progress beside(Progress lines) {
    return server
        .<Progress>map(
            run ->
                new Progress() {
                  @Override
                  public void say(String line) {
                    lines.say(line);
                  }

                  @Override
                  public void measured(String what, int step, Map<String, Double> values) {
                    run.measured(what, step, values);
                  }
                })
        .orElse(lines);
  }

  /** Runs the work as a run of the server. */
  JobResult run(String job, JobConfig config, JobContext context, Supplier<JobResult> work) {
    if (server.isEmpty()) {
      return work.get();
    }
    MlflowRun run = server.get();
    Map<String, String> parameters = new LinkedHashMap<>();
    config
        .effective()
        .forEach((path, setting) -> parameters.put(path, String.valueOf(setting.value())));
    run.start(job, config.find(RunKeys.NAME).orElse(job), parameters);
    try {
      JobResult result = work.get();
      run.result(result.artifact(), result.contentHash(), result.metrics());
      upload(run, result, context);
      run.end("FINISHED");
      return result;
    } catch (RuntimeException | Error e) {
      boolean stopped =
          AccelerantException.in(e).filter(StoppedException.class::isInstance).isPresent();
      run.end(stopped ? "KILLED" : "FAILED");
      throw e;
    }
  }

  private static void upload(MlflowRun run, JobResult result, JobContext context) {
    Artifact.find(result.artifact(), context.hadoop())
        .ifPresent(
            artifact ->
                FILES.stream()
                    .filter(name -> artifact.manifest().file(name).isPresent())
                    .forEach(name -> run.upload(name, artifact.read(name))));
  }
}
