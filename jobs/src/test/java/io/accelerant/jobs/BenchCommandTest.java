package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.job.SparkTest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The measurements end, on tables too small to mean anything, with all their figures. */
class BenchCommandTest extends SparkTest {
  static Stream<Arguments> benches() {
    return Stream.of(
        bench(
            "sync-round",
            List.of(
                "bench.workers=[2]",
                "bench.megabytes=[1]",
                "bench.repetitions=1",
                "bench.batch=16"),
            "ms.2x1",
            "sparkShare.2x1",
            "samplesPerSecond",
            "programSamplesPerSecond",
            "timeRatio",
            "small.parameters",
            "ms.spark",
            "ms.task"),
        bench(
            "generate",
            List.of("bench.sizes=[0.1m]", "bench.batch=[1]", "bench.tokens=2"),
            "parameters.0.1m",
            "seconds.0.1m.b1",
            "memoryLimitRatio.0.1m.b1",
            "tokensPerSecond.0.1m.b1"),
        bench(
            "rs2",
            List.of("bench.rows=[20000]", "bench.repetitions=1"),
            "roundOfScan.20000",
            "rekeyOfScan.20000",
            "exchangeBytes"),
        bench(
            "lead",
            List.of("bench.rows=[20000]", "bench.repetitions=1"),
            "chooseOfScan.20000",
            "roundOfScan.20000",
            "wholeOfScan.20000"),
        bench(
            "trajectory-weights",
            List.of("bench.transitions=[20000]"),
            "transitionsPerSecond.20000",
            "ofScan.20000"));
  }

  private static Arguments bench(String name, List<String> sets, String... metrics) {
    return Arguments.of(name, sets, List.of(metrics));
  }

  @ParameterizedTest
  @MethodSource("benches")
  void givesAllItsFigures(String name, List<String> sets, List<String> metrics) {
    List<String> arguments = new ArrayList<>(List.of("bench", name));
    sets.forEach(set -> arguments.addAll(List.of("--set", set)));
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode measured = outcome.line().get("metrics");
    for (String metric : metrics) {
      assertThat(measured.get(metric)).as(metric).isNotNull();
      assertThat(measured.get(metric).asDouble()).as(metric).isNotNegative().isFinite();
    }
  }

  @Test
  void aSizeThatCannotBeIsRefused() {
    Accelerant.Outcome outcome =
        Accelerant.run("bench", "trajectory-weights", "--set", "bench.transitions=[10]");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("bench.transitions", "between 1");
  }
}
