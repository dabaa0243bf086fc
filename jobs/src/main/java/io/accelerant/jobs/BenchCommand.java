package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.jobs.bench.CheckpointBench;
import io.accelerant.jobs.bench.DcSolverBench;
import io.accelerant.jobs.bench.GenerateBench;
import io.accelerant.jobs.bench.LeadBench;
import io.accelerant.jobs.bench.MatchingBench;
import io.accelerant.jobs.bench.MmdBench;
import io.accelerant.jobs.bench.Rs2Bench;
import io.accelerant.jobs.bench.SyncRoundBench;
import io.accelerant.jobs.bench.TrajectoryWeightsBench;
import io.accelerant.jobs.bench.TransformerStepBench;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    return here("transformer-step", options, progress -> new TransformerStepBench(progress).run());
  }

  @Command(
      name = "generate",
      description =
          "Text from a causal transformer, token after token, beside PyTorch where python3 has it;"
              + " keys bench.sizes, bench.batch, bench.tokens.")
  int generate(@Mixin Options options) {
    return print(
        "generate",
        options,
        () -> {
          JobConfig config = JobConfig.load(options.files, options.sets, GenerateBench.KEYS);
          return new GenerateBench(
                  config.get(GenerateBench.TOKENS), ProgressLines.to(console.err(), "text"))
              .run(config.get(GenerateBench.SIZES), config.get(GenerateBench.BATCHES));
        });
  }

  @Command(
      name = "checkpoint",
      description =
          "A Llama of the shape of a real checkpoint: text, an update of adapters, memory, beside"
              + " PyTorch where python3 has it; keys bench.size, bench.parts.")
  int checkpoint(@Mixin Options options) {
    return print(
        "checkpoint",
        options,
        () -> {
          JobConfig config = JobConfig.load(options.files, options.sets, CheckpointBench.KEYS);
          return new CheckpointBench(ProgressLines.to(console.err(), "text"))
              .run(config.get(CheckpointBench.SIZE), config.get(CheckpointBench.PARTS));
        });
  }

  @Command(
      name = "sync-round",
      description =
          "A synchronous training round on Spark: its cost by workers and size, and a real step"
              + " beside the same programs without Spark; keys bench.workers, bench.megabytes,"
              + " bench.repetitions, bench.batch.")
  int syncRound(@Mixin Options options) {
    return onSpark(
        "sync-round",
        options,
        SyncRoundBench.KEYS,
        (spark, config, progress) -> new SyncRoundBench(spark, config, progress).run());
  }

  @Command(
      name = "dc-solver",
      description = "One fit of compensation ratios, beside PyTorch where python3 has it.")
  int dcSolver(@Mixin Options options) {
    return here("dc-solver", options, progress -> new DcSolverBench(progress).run());
  }

  @Command(
      name = "mmd",
      description = "One update of MMD finetuning, beside PyTorch where python3 has it.")
  int mmd(@Mixin Options options) {
    return here("mmd", options, progress -> new MmdBench(progress).run());
  }

  @Command(
      name = "fastlightgen",
      description = "One update of FastLightGen's stage III, beside PyTorch where python3 has it.")
  int fastLightGen(@Mixin Options options) {
    return here("fastlightgen", options, progress -> new MatchingBench(progress).run());
  }

  @Command(
      name = "rs2",
      description =
          "RS2's re-keying and rounds beside a plain id scan and orderBy(rand).limit; keys"
              + " bench.rows, bench.repetitions, bench.ratio.")
  int rs2(@Mixin Options options) {
    return onSpark(
        "rs2",
        options,
        List.of(Rs2Bench.ROWS, Rs2Bench.REPETITIONS, Rs2Bench.RATIO),
        (spark, config, progress) ->
            new Rs2Bench(
                    spark, config.get(Rs2Bench.REPETITIONS), config.get(Rs2Bench.RATIO), progress)
                .run(config.get(Rs2Bench.ROWS)));
  }

  @Command(
      name = "lead",
      description =
          "LEAD's ranking of a pool and its rounds, losses given, beside plain scans; keys"
              + " bench.rows, bench.repetitions.")
  int lead(@Mixin Options options) {
    return onSpark(
        "lead",
        options,
        List.of(LeadBench.SIZES, Rs2Bench.REPETITIONS),
        (spark, config, progress) ->
            new LeadBench(spark, config.get(Rs2Bench.REPETITIONS), progress)
                .run(config.get(LeadBench.SIZES)));
  }

  @Command(
      name = "trajectory-weights",
      description =
          "Weights of the transitions of a table, beside the plain scan and numpy; key"
              + " bench.transitions.")
  int trajectoryWeights(@Mixin Options options) {
    return onSpark(
        "trajectory-weights",
        options,
        List.of(TrajectoryWeightsBench.TRANSITIONS),
        (spark, config, progress) ->
            new TrajectoryWeightsBench(spark, progress)
                .run(config.get(TrajectoryWeightsBench.TRANSITIONS)));
  }

  /** A measurement in this process alone. */
  private int here(
      String bench, Options options, Function<Progress, Map<String, ? extends Number>> work) {
    return print(bench, options, () -> work.apply(ProgressLines.to(console.err(), "text")));
  }

  /** A measurement that needs Spark. */
  private interface SparkBench {
    Map<String, ? extends Number> run(SparkSession spark, JobConfig config, Progress progress);
  }

  private int onSpark(String bench, Options options, List<Key<?>> own, SparkBench work) {
    return print(
        bench,
        options,
        () -> {
          List<Key<?>> keys =
              new ArrayList<>(
                  List.of(RunKeys.MASTER, RunKeys.NAME, RunKeys.THREADS, RunKeys.KERNEL));
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
            return work.run(spark.get(), config, progress);
          }
        });
  }

  private int print(
      String bench,
      Options options,
      java.util.function.Supplier<Map<String, ? extends Number>> measure) {
    String name = "bench " + bench;
    return console.run(
        name, options.verbose, () -> Console.line(name, "ok", Map.of("metrics", measure.get())));
  }
}
