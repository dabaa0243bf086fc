package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.jobs.bench.SyncRoundBench;
import io.accelerant.jobs.bench.TransformerStepBench;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures speed as a ratio to a named peer. */
@Command(name = "bench", description = "Measures speed as a ratio to a named peer or limit.")
final class BenchCommand {
  private final Console console;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Command(
      name = "transformer-step",
      description = "Loss and gradients of a small GPT-2, beside PyTorch where python3 has it.")
  int transformerStep(@Mixin Options options) {
    String name = "bench transformer-step";
    return console.run(
        name,
        options.verbose,
        () ->
            Console.line(
                name,
                "ok",
                Map.of(
                    "metrics",
                    new TransformerStepBench(ProgressLines.to(console.err(), "text")).run())));
  }

  @Command(
      name = "sync-round",
      description =
          "A synchronous training round on Spark: its cost by workers and size, and a real step beside the same programs without Spark; keys bench.workers, bench.megabytes.")
  int syncRound(@Mixin Options options) {
    return onSpark(
        "sync-round",
        options,
        SyncRoundBench.KEYS,
        (spark, config, progress) -> new SyncRoundBench(spark, config, progress).run());
  }

  /** A measurement that needs Spark. */
  private interface SparkBench {
    Map<String, Number> run(SparkSession spark, JobConfig config, Progress progress);
  }

  private int onSpark(String bench, Options options, List<Key<?>> own, SparkBench work) {
    String name = "bench " + bench;
    return console.run(
        name,
        options.verbose,
        () -> {
          List<Key<?>> keys =
              new ArrayList<>(List.of(RunKeys.MASTER, RunKeys.NAME, RunKeys.KERNEL));
          keys.addAll(own);
          var submitted = SparkSettings.submitted();
          Progress progress = ProgressLines.to(console.err(), "text");
          JobConfig config =
              SparkSettings.complete(
                  SparkSettings.submit(
                      JobConfig.load(options.files, options.sets, keys), submitted, progress),
                  "bench-" + bench,
                  !submitted.isEmpty());
          try (SparkStart spark = new SparkStart(config, progress)) {
            return Console.line(
                name, "ok", Map.of("metrics", work.run(spark.get(), config, progress)));
          }
        });
  }
}
