package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.jobs.bench.Rs2Bench;
import io.accelerant.jobs.bench.TransformerStepBench;
import java.util.List;
import java.util.Map;
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
      name = "rs2",
      description =
          "RS2's re-keying and rounds beside a plain id scan and orderBy(rand).limit; keys bench.rows, bench.repetitions, bench.ratio.")
  int rs2(@Mixin Options options) {
    String name = "bench rs2";
    return console.run(
        name,
        options.verbose,
        () -> {
          JobConfig own =
              JobConfig.load(
                  options.files,
                  options.sets,
                  List.of(
                      RunKeys.MASTER,
                      RunKeys.NAME,
                      RunKeys.KERNEL,
                      Rs2Bench.ROWS,
                      Rs2Bench.REPETITIONS,
                      Rs2Bench.RATIO));
          var submitted = SparkSettings.submitted();
          Progress progress = ProgressLines.to(console.err(), "text");
          JobConfig config =
              SparkSettings.complete(
                  SparkSettings.submit(own, submitted, progress),
                  "bench-rs2",
                  !submitted.isEmpty());
          try (SparkStart spark = new SparkStart(config, progress)) {
            Rs2Bench bench =
                new Rs2Bench(
                    spark.get(),
                    config.get(Rs2Bench.REPETITIONS),
                    config.get(Rs2Bench.RATIO),
                    progress);
            return Console.line(
                name, "ok", Map.of("metrics", bench.run(config.get(Rs2Bench.ROWS))));
          }
        });
  }
}
