package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The command of one job: reads the configuration, runs the job, prints its result. */
abstract class JobCommand implements Callable<Integer> {
  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description = "HOCON file; may be repeated, later files win.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "One setting; wins over files, may be repeated.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--print-config",
      description = "Print every effective value and where it came from, and stop.")
  private boolean printConfig;

  @Option(
      names = "--dry-run",
      description = "Check configuration, inputs and output, print the plan, and stop.")
  private boolean dryRun;

  @Option(names = "--verbose", description = "Print a stack trace with every failure.")
  private boolean verbose;

  @Option(
      names = "--force",
      description = "Take over the claim that another, dead run left on the output.")
  private boolean force;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text.")
  private boolean help;

  private final Job job;
  private Console console;
  private String[] arguments;

  JobCommand(Job job) {
    this.job = job;
  }

  final String name() {
    return job.name();
  }

  /** This command with its options and the keys of the job as help text. */
  final CommandLine on(Console runConsole, String[] allArguments) {
    console = runConsole;
    arguments = allArguments;
    CommandSpec spec = CommandSpec.forAnnotatedObject(this);
    spec.usageMessage().description(job.summary()).footer(KeyHelp.lines(job.keys()));
    return new CommandLine(spec);
  }

  @Override
  public final Integer call() {
    try (Console.Guard guard = console.guard()) {
      console.print(execute());
      return 0;
    } catch (Throwable thrown) {
      return console.fail(name(), thrown, verbose);
    }
  }

  private Map<String, Object> execute() {
    JobConfig own = JobConfig.load(files, sets, job.keys());
    Progress progress = ProgressLines.to(console.err(), own.get(RunKeys.LOG));
    var submitted = SparkSettings.submitted();
    JobConfig config =
        SparkSettings.complete(
            SparkSettings.submit(own, submitted, progress), name(), !submitted.isEmpty());
    if (printConfig) {
      return printConfig(config);
    }
    SparkSettings.requireKernel(config, System.getenv());
    try (SparkStart spark = new SparkStart(config, progress);
        StopSignal stop = StopSignal.install(progress, this::abort)) {
      JobContext context =
          new JobContext(
              spark,
              SparkSettings.hadoop(config),
              progress,
              stop::requested,
              force,
              CommandText.of(arguments));
      return dryRun ? plan(context, config) : run(context, config);
    }
  }

  private void abort() {
    console.fail(name(), new IllegalStateException("stopped at once by a second signal"), false);
    Runtime.getRuntime().halt(1);
  }

  private Map<String, Object> run(JobContext context, JobConfig config) {
    long start = System.nanoTime();
    JobResult result = job.run(context, config);
    Map<String, Object> metrics = new LinkedHashMap<>();
    // JSON has no NaN; a number that does not exist is null.
    result
        .metrics()
        .forEach(
            (key, value) -> metrics.put(key, Double.isFinite(value.doubleValue()) ? value : null));
    Map<String, Object> line = line("ok");
    line.put("artifact", result.artifact());
    line.put("contentHash", result.contentHash());
    line.put("metrics", metrics);
    line.put("seconds", Math.round((System.nanoTime() - start) / 1e6) / 1e3);
    return line;
  }

  private Map<String, Object> plan(JobContext context, JobConfig config) {
    List<String> plan = job.plan(context, config);
    plan.forEach(console.err()::println);
    Map<String, Object> line = line("dry-run");
    line.put("plan", plan);
    return line;
  }

  private Map<String, Object> printConfig(JobConfig config) {
    config
        .effective()
        .forEach(
            (path, setting) ->
                console.err().printf("%s = %s  # %s%n", path, setting.value(), setting.origin()));
    Map<String, Object> line = line("config");
    line.put("config", config.effective());
    return line;
  }

  private Map<String, Object> line(String status) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("job", name());
    line.put("status", status);
    return line;
  }
}
