package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the RAPIDS Accelerator says of our plans. Runs under {@code -Prapids} only, which fetches
 * the plug-in.
 */
@Timeout(600)
class RapidsIT {
  private static final Path CONF = Accelerant.project().resolve("conf");

  @TempDir static Path data;

  @TempDir Path scratch;

  @BeforeAll
  static void trajectories() {
    Accelerant.Outcome collected =
        Accelerant.run(
            "collect-trajectories",
            "--set",
            "run.output=" + data.resolve("trajectories"),
            "--set",
            "collect.episodes=24",
            "--set",
            "collect.shares=[0.25]");
    assertThat(collected.exitCode()).as(collected.err()).isZero();
  }

  private static Path plugin() {
    String said = Accelerant.run("explain-gpu", "rs2", "--set", "rs2.input=range:9").err();
    String name = said.replaceAll("(?s).*--rapids (\\S+\\.jar).*", "$1");
    Path jar = Accelerant.project().resolve("jobs/target/rapids").resolve(name);
    assertThat(jar).as("the jar that the message names").isRegularFile();
    return jar;
  }

  /** With the settings for a GPU, in a JVM of its own. */
  private Accelerant.Outcome explain(Class<?> main, String job, String... settings) {
    List<String> arguments = new ArrayList<>(List.of("explain-gpu", job));
    arguments.addAll(List.of("--rapids", plugin().toString()));
    arguments.addAll(List.of("--conf", CONF.resolve("gpu/explain.conf").toString()));
    arguments.addAll(List.of("--set", "spark.master=local[2]"));
    arguments.addAll(List.of("--set", "spark.sql.shuffle.partitions=2"));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    Accelerant.Outcome outcome = Accelerant.spawn(main, scratch, arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("metrics").get("operators").asInt()).isPositive();
    return outcome;
  }

  /** Every refusal as {@code query: operator or expression}. */
  private static Set<String> refusals(Accelerant.Outcome outcome) {
    return StreamSupport.stream(outcome.line().get("refusals").spliterator(), false)
        .map(r -> r.get("query").asText() + ": " + r.get("operator").asText())
        .map(text -> text.replaceAll("\\.java:\\d+", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void trajectoryWeightsLeaveNothingOnTheCpu() {
    Accelerant.Outcome outcome =
        explain(
            Main.class,
            "trajectory-weights",
            "trajectoryWeights.input=" + data.resolve("trajectories"),
            "trajectoryWeights.weighting=aw",
            "trajectoryWeights.clip=0.05");
    assertThat(refusals(outcome)).isEmpty();
    assertThat(outcome.line().get("metrics").get("notOnGpu").asInt()).isZero();
    assertThat(outcome.err()).contains("all of them run on a GPU").doesNotContain("rw is used");
  }

  /** Draws are RDD code between two plans: what hands rows over is all that stays. */
  @Test
  void drawsLeaveTheirHandOverOnTheCpu() {
    Accelerant.Outcome outcome =
        explain(
            Main.class,
            "trajectory-weights",
            "trajectoryWeights.input=" + data.resolve("trajectories"),
            "trajectoryWeights.draws=100");
    String query = "Trajectory weights of the input at ";
    assertThat(refusals(outcome))
        .containsExactlyInAnyOrder(
            query + "WeightedBatches: DeserializeToObjectExec",
            query + "WeightedBatches: CreateExternalRow",
            query + "WeightedBatches: StaticInvoke",
            query + "WeightedBatches: AttributeReference",
            query + "ArtifactTables: RDDScanExec");
  }

  @Test
  void roundsOfRs2LeaveNothingOnTheCpuButThePositionsOfAPass() {
    Accelerant.Outcome outcome =
        explain(ProbeMain.class, "probe", "probe.teacher=ann", "probe.behaviour=rounds");
    assertThat(refusals(outcome))
        .containsExactlyInAnyOrder(
            "cached for: round 0 at ProbeJob: ProjectExec",
            "cached for: round 0 at ProbeJob: Invoke");
  }

  /** It computes the positions of a pass in the plan that writes its rounds. */
  @Test
  void rs2LeavesThePositionsOfAPassOnTheCpu() {
    Accelerant.Outcome outcome =
        explain(Main.class, "rs2", "rs2.input=range:20000", "rs2.ratio=0.1", "rs2.rounds=12");
    assertThat(refusals(outcome))
        .containsExactlyInAnyOrder(
            "RS2: pass 1/2 at Rs2Tables: ProjectExec",
            "RS2: pass 1/2 at Rs2Tables: Invoke",
            "RS2: pass 2/2 at Rs2Tables: ProjectExec",
            "RS2: pass 2/2 at Rs2Tables: Invoke");
    assertThat(outcome.line().get("metrics").get("notOnGpu").asInt()).isEqualTo(2);
  }

  /** Rounds by hash are built-in expressions; the histogram that bounds them is RDD code. */
  @Test
  void keyedRoundsOfRs2LeaveNothingOnTheCpuButTheHistogramOfAPass() {
    Accelerant.Outcome outcome =
        explain(Main.class, "rs2", "rs2.input=range:20000", "rs2.key=id", "rs2.rounds=3");
    assertThat(refusals(outcome))
        .containsExactlyInAnyOrder(
            "RS2: round 1/3 at KeyedSubsets: DeserializeToObjectExec",
            "RS2: round 1/3 at KeyedSubsets: StaticInvoke",
            "RS2: round 1/3 at KeyedSubsets: AttributeReference");
  }

  @Test
  void functionOfTheUserIsListedUnderSparkSubmit() throws IOException {
    Accelerant.Outcome outcome =
        ApplicationJarIT.submit(
            scratch,
            List.of(plugin()),
            ProbeMain.class,
            "explain-gpu",
            "probe",
            "--set",
            "probe.teacher=ann",
            "--set",
            "probe.behaviour=udf");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode refusals = outcome.line().get("refusals");
    assertThat(refusals).hasSize(1);
    assertThat(refusals.get(0).get("operator").asText()).isEqualTo("ScalaUDF");
    assertThat(refusals.get(0).get("expression").asText()).startsWith("UDF(id#");
    assertThat(refusals.get(0).get("reason").asText()).contains("CPU bridge");
    assertThat(outcome.err()).contains("| ScalaUDF UDF(id#").contains("and 1 expressions stay");
  }
}
