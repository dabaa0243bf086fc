package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import io.accelerant.jobs.gpu.Explainer;
import io.accelerant.jobs.gpu.GpuReport;
import io.accelerant.jobs.gpu.QueryPlans;
import io.accelerant.jobs.gpu.RapidsExplainer;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.spark.util.MutableURLClassLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs a job, on the CPU and into a folder that is deleted, and lists the operators of its
 * DataFrame plans that would not run on a GPU.
 */
@Command(
    name = "explain-gpu",
    synopsisSubcommandLabel = "JOB",
    description =
        "Runs a job into a temporary folder and lists what of its DataFrame plans would stay on the"
            + " CPU under RAPIDS; needs no GPU.",
    commandListHeading = "%nJobs:%n")
final class ExplainGpuCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text.")
  private boolean help;

  private ExplainGpuCommand() {}

  /** No job named. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a job");
  }

  /**
   * The command with a subcommand for each job.
   *
   * @param explainer finds the plug-in
   */
  static CommandLine on(
      Console console, List<JobCommand> jobs, Function<JobConfig, Explainer> explainer) {
    CommandLine line = new CommandLine(new ExplainGpuCommand());
    for (JobCommand job : jobs) {
      // a pipeline publishes where its own keys say; its stages are jobs
      if (!(job.job() instanceof PipelineJob)) {
        line.addSubcommand(job.name(), new OneJob(job.job(), console, explainer).spec());
      }
    }
    return line;
  }

  static CommandLine on(Console console, List<JobCommand> jobs) {
    return on(console, jobs, RapidsExplainer::find);
  }

  @Command
  private static final class OneJob implements Callable<Integer> {
    private static final String NAME = "explain-gpu";

    @Mixin private Options options;

    @Option(
        names = "--rapids",
        paramLabel = "JAR",
        description = "The plug-in's jar; not needed where spark-submit has it in --jars.")
    private Path jar;

    private final Job job;
    private final Console console;
    private final Function<JobConfig, Explainer> explainer;

    OneJob(Job job, Console console, Function<JobConfig, Explainer> explainer) {
      this.job = job;
      this.console = console;
      this.explainer = explainer;
    }

    CommandSpec spec() {
      CommandSpec spec = CommandSpec.forAnnotatedObject(this);
      spec.usageMessage()
          .description("Explains: " + job.summary())
          .footer(KeyHelp.lines(keys(job)));
      return spec;
    }

    @Override
    public Integer call() {
      return console.run(NAME, options.verbose, this::execute);
    }

    private Map<String, Object> execute() {
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      try {
        if (jar != null) {
          Thread.currentThread().setContextClassLoader(loader(jar, before));
        }
        return explain();
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }

    private Map<String, Object> explain() {
      long start = System.nanoTime();
      JobConfig own = JobConfig.load(options.files, options.sets, keys(job));
      Progress progress = ProgressLines.to(console.err(), own.get(RunKeys.LOG));
      var submitted = SparkSettings.submitted();
      JobConfig onGpu =
          SparkSettings.complete(
              SparkSettings.submit(own, submitted, progress), NAME, !submitted.isEmpty());
      Explainer rapids = explainer.apply(onGpu);
      JobConfig config = RapidsExplainer.onCpu(onGpu);
      SparkSettings.requireKernel(config, System.getenv());
      try (StopSignal stop = StopSignal.install(progress, this::abort);
          TemporaryOutput output = TemporaryOutput.of(config);
          SparkStart spark = new SparkStart(config, progress);
          QueryPlans plans = new QueryPlans()) {
        job.run(
            new JobContext(
                () -> plans.listenTo(spark.get()),
                SparkSettings.hadoop(config),
                progress,
                stop::requested,
                false,
                ""),
            output.in(config));
        progress.say("Asking RAPIDS about %s", job.name());
        GpuReport report = GpuReport.of(plans, rapids);
        console.err().print(report.text());
        Map<String, Object> rest = new LinkedHashMap<>();
        rest.put("explained", job.name());
        rest.put("metrics", report.metrics());
        rest.put("refusals", report.refusals());
        rest.put("seconds", Math.round((System.nanoTime() - start) / 1e6) / 1e3);
        return Console.line(NAME, "ok", rest);
      }
    }

    private void abort() {
      console.fail(NAME, 1, "stopped at once by a second signal");
      Runtime.getRuntime().halt(1);
    }

    /** Those of the job; where it writes need not be said. */
    private static List<Key<?>> keys(Job job) {
      List<Key<?>> keys = new ArrayList<>(job.keys());
      keys.replaceAll(
          key -> key.path().equals(RunKeys.OUTPUT.path()) ? TemporaryOutput.BESIDE : key);
      return keys;
    }

    /** One that the plug-in can extend, as that of spark-submit: it keeps classes in folders. */
    private static ClassLoader loader(Path jar, ClassLoader parent) {
      if (!Files.isRegularFile(jar)) {
        throw new ConfigException(Text.of("--rapids %s: there is no such file.", jar));
      }
      try {
        return new MutableURLClassLoader(new URL[] {jar.toUri().toURL()}, parent);
      } catch (MalformedURLException e) {
        throw new ConfigException(Text.of("--rapids %s is no file name.", jar), e);
      }
    }
  }
}
