package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The command of one job: reads the configuration, runs the job, prints its result. */
final class JobCommand implements Callable<Integer> {
  @Mixin private Options options;

  @Option(
      names = "--print-config",
      description = "Print every effective value and where it came from, and stop.")
  private boolean printConfig;

  @Option(
      names = "--dry-run",
      description = "Check configuration, inputs and output, print the plan, and stop.")
  private boolean dryRun;

  @Option(
      names = "--force",
      description = "Take over the claim that another, dead run left on the output.")
  private boolean force;

  private final Job job;
  private final Optional<String> example;
  private Console console;
  private String[] arguments;

  JobCommand(Job job) {
    this(job, null);
  }

  /**
   * @param example configuration file, relative to the project; null if the job needs none
   */
  JobCommand(Job job, String example) {
    this.job = job;
    this.example = Optional.ofNullable(example);
  }

  Optional<String> example() {
    return example;
  }

  Job job() {
    return job;
  }

  String name() {
    return job.name();
  }

  /** This command with its options and the keys of the job as help text. */
  CommandLine on(Console runConsole, String[] allArguments) {
    console = runConsole;
    arguments = allArguments;
    CommandSpec spec = CommandSpec.forAnnotatedObject(this);
    spec.usageMessage().description(job.summary()).footer(KeyHelp.lines(job.keys()));
    return new CommandLine(spec);
  }

  @Override
  public Integer call() {
    return console.run(name(), options.verbose, this::execute);
  }

  private Map<String, Object> execute() {
    JobConfig own = JobConfig.load(options.files, options.sets, job.keys());
    Progress lines = ProgressLines.to(console.err(), own.get(RunKeys.LOG));
    Tracking tracking = Tracking.of(own, lines);
    Progress progress = tracking.beside(lines);
    var submitted = SparkSettings.submitted();
    JobConfig config =
        SparkSettings.complete(
            SparkSettings.submit(own, submitted, progress), name(), !submitted.isEmpty());
    if (printConfig) {
      return printConfig(config);
    }
    SparkSettings.requireKernel(config, System.getenv());
    SparkSettings.requireGpus(config, progress);
    SparkSettings.requireKryo(config.spark());
    try (StopSignal stop = StopSignal.install(progress, this::abort);
        SparkStart spark = new SparkStart(config, progress)) {
      JobContext context =
          new JobContext(
              spark,
              SparkSettings.hadoop(config),
              progress,
              stop::requested,
              force,
              CommandText.of(arguments));
      return dryRun
          ? plan(context, config)
          : Console.ok(
              name(),
              () ->
                  tracking.run(
                      name(), config, context, () -> spark.logged(job.run(context, config))));
    }
  }

  private void abort() {
    console.fail(name(), 1, "stopped at once by a second signal");
    Runtime.getRuntime().halt(1);
  }

  private Map<String, Object> plan(JobContext context, JobConfig config) {
    List<String> plan = job.plan(context, config);
    plan.forEach(console.err()::println);
    return Console.line(name(), "dry-run", Map.of("plan", plan));
  }

  private Map<String, Object> printConfig(JobConfig config) {
    Map<String, Object> values = new LinkedHashMap<>();
    config
        .effective()
        .forEach(
            (path, setting) -> {
              console
                  .err()
                  .println(Text.of("%s = %s  # %s", path, setting.value(), setting.origin()));
              Map<String, Object> shown = new LinkedHashMap<>();
              shown.put("value", setting.value());
              shown.put("origin", setting.origin());
              values.put(path, shown);
            });
    return Console.line(name(), "config", Map.of("config", values));
  }
}
