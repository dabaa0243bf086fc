package io.accelerant.jobs;

import io.accelerant.jobs.bench.TrajectoryWeightsBench;
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
      name = "trajectory-weights",
      description = "Weights of 1e6 and 1e7 transitions, beside the plain scan and numpy.")
  int trajectoryWeights(@Mixin Options options) {
    String name = "bench trajectory-weights";
    return console.run(
        name,
        options.verbose,
        () ->
            Console.line(
                name,
                "ok",
                Map.of(
                    "metrics",
                    new TrajectoryWeightsBench(ProgressLines.to(console.err(), "text")).run())));
  }
}
