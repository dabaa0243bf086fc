package io.accelerant.jobs;

import io.accelerant.jobs.bench.DcSolverBench;
import io.accelerant.jobs.bench.TransformerStepBench;
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
      name = "dc-solver",
      description = "One fit of compensation ratios, beside PyTorch where python3 has it.")
  int dcSolver(@Mixin Options options) {
    String name = "bench dc-solver";
    return console.run(
        name,
        options.verbose,
        () ->
            Console.line(
                name,
                "ok",
                Map.of(
                    "metrics", new DcSolverBench(ProgressLines.to(console.err(), "text")).run())));
  }
}
