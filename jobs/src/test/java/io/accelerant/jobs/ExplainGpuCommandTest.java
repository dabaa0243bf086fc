package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.SparkTest;
import io.accelerant.jobs.gpu.RapidsExplainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.execution.SparkPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What explain-gpu collects, with an explainer that refuses cached tables. */
class ExplainGpuCommandTest extends SparkTest {
  private static final String FINE = "*Exec <FineExec> will run on GPU\n";
  private static final String REFUSED =
      "!Exec <InMemoryTableScanExec> cannot run on GPU because it is kept\n";

  private final List<String> plans = new ArrayList<>();

  private String explain(SparkPlan plan) {
    plans.add(plan.toString());
    return plan.toString().contains("InMemoryTableScan") ? FINE + REFUSED : FINE;
  }

  private Accelerant.Outcome explain(String behaviour, String... more) {
    List<String> arguments = new ArrayList<>(List.of("probe", "--set", "probe.teacher=ann"));
    arguments.addAll(List.of("--set", "probe.behaviour=" + behaviour));
    arguments.addAll(List.of(more));
    return Accelerant.on(
        console ->
            ExplainGpuCommand.on(console, List.of(ProbeMain.command()), config -> this::explain)
                .execute(arguments.toArray(String[]::new)));
  }

  @Test
  void everyQueryIsExplainedOnceCachedTablesAndWritesToo() {
    spark();
    Accelerant.Outcome outcome = explain("tables");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode metrics = outcome.line().get("metrics");
    assertThat(metrics.get("queries").asInt()).isEqualTo(plans.size());
    assertThat(plans.stream().filter(p -> p.contains("InsertIntoHadoopFsRelationCommand")))
        .hasSize(1);
    // two groupBys, the write, the plan behind the RDD
    assertThat(plans.stream().filter(p -> p.contains("InMemoryTableScan"))).hasSize(4);
    assertThat(plans.stream().filter(p -> !p.contains("InMemoryTableScan") && p.contains("Range")))
        .as("the cached plan itself")
        .hasSize(1);
    assertThat(plans.stream().filter(p -> p.contains("Scan parquet"))).hasSize(1);
    assertThat(metrics.get("operators").asInt()).isEqualTo(plans.size() + 4);
    assertThat(metrics.get("notOnGpu").asInt()).isEqualTo(4);
  }

  @Test
  void equalRefusalsAreCountedTogetherUnderTheNameOfTheirQuery() {
    spark();
    Accelerant.Outcome outcome = explain("tables");
    JsonNode refusals = outcome.line().get("refusals");
    assertThat(refusals).hasSize(3);
    assertThat(refusals.get(0).get("query").asText()).startsWith("two counts at ProbeJob.java:");
    assertThat(refusals.get(0).get("times").asInt()).isEqualTo(2);
    assertThat(refusals.get(0).get("operator").asText()).isEqualTo("InMemoryTableScanExec");
    assertThat(refusals.get(0).get("reason").asText()).isEqualTo("it is kept");
    assertThat(outcome.err())
        .contains("| two counts at ProbeJob.java:")
        .contains("4 of them and 0 expressions stay on the CPU");
  }

  @Test
  void workOutsideOfQueriesIsSaid() {
    spark();
    Accelerant.Outcome outcome = explain("tables");
    JsonNode metrics = outcome.line().get("metrics");
    assertThat(metrics.get("rddTasks").asInt()).isPositive();
    assertThat(metrics.get("rddTasks").asInt()).isLessThan(metrics.get("tasks").asInt());
    assertThat(metrics.get("rddTasksOnPlans").asInt()).isEqualTo(2);
    assertThat(outcome.err()).contains("RDD code, which RAPIDS leaves as it is: ");
  }

  @Test
  void jobWithoutPlansHasNothingToDo() {
    spark();
    Accelerant.Outcome outcome = explain("rdd");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode metrics = outcome.line().get("metrics");
    assertThat(metrics.get("queries").asInt()).isZero();
    assertThat(metrics.get("rddTasks")).isEqualTo(metrics.get("tasks"));
    assertThat(outcome.err()).contains("RAPIDS has nothing to do here");
    assertThat(plans).isEmpty();
  }

  @Test
  void nothingOfTheUserIsWrittenAndNothingIsLeft(@TempDir Path folder) throws Exception {
    spark();
    Accelerant.Outcome outcome =
        explain(
            "tables",
            "--set",
            "run.output=" + folder.resolve("out"),
            "--set",
            "run.checkpoint=" + folder.resolve("check"),
            "--set",
            "run.resume=require");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(folder).isEmptyDirectory();
    String written = plans.stream().filter(p -> p.contains("InsertInto")).findFirst().orElseThrow();
    assertThat(written).contains("accelerant-explain");
    String name = written.replaceAll("(?s).*?(accelerant-explain\\w*).*", "$1");
    assertThat(Path.of(System.getProperty("java.io.tmpdir"), name)).doesNotExist();
  }

  @Test
  void failureOfTheJobKeepsItsExitCodeAndCleansUp() {
    Accelerant.Outcome outcome = explain("data");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.line().get("job").asText()).isEqualTo("explain-gpu");
    assertThat(outcome.line().get("error").asText()).isEqualTo("bad row");
  }

  @Test
  void missingPluginIsExitTwoAndSaysWhatToAdd() {
    Accelerant.Outcome outcome =
        Accelerant.run("explain-gpu", "rs2", "--set", "rs2.input=range:10");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText())
        .contains(
            "--rapids rapids-4-spark_2.13-", "--jars rapids-4-spark_2.13-", "com.nvidia:rapids-4-");
    assertThat(outcome.err()).doesNotContain("Starting Spark", "\tat ");
  }

  @Test
  void missingJarIsExitTwo() {
    Accelerant.Outcome outcome = explain("ok", "--rapids", "/nowhere/rapids.jar");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("/nowhere/rapids.jar");
  }

  @Test
  void unknownJobAndUnknownKeyAreExitTwo() {
    Accelerant.Outcome job = Accelerant.run("explain-gpu", "rs3");
    assertThat(job.exitCode()).isEqualTo(2);
    assertThat(job.line().get("error").asText()).contains("Unknown command rs3", "nearest is rs2");
    assertThat(Accelerant.run("explain-gpu").exitCode()).isEqualTo(2);
    Accelerant.Outcome key = explain("ok", "--set", "probe.step=3");
    assertThat(key.exitCode()).isEqualTo(2);
    assertThat(key.line().get("error").asText()).contains("probe.steps");
  }

  @Test
  void pipelineIsLeftOutSinceItPublishes() {
    assertThat(Accelerant.run("explain-gpu", "pipeline").exitCode()).isEqualTo(2);
    assertThat(Accelerant.run("help", "explain-gpu").out()).contains("rs2", "trajectory-weights");
  }

  @Test
  void temporaryFolderOfAClusterLiesBesideTheOutput() {
    JobConfig config = cluster("run.output=s3a://bucket/models/rs2-{version}");
    String first = TemporaryOutput.of(config).in(config).get(RunKeys.OUTPUT);
    assertThat(first).matches("s3a://bucket/models/_temporary-[0-9a-f-]+/artifact");
    assertThat(TemporaryOutput.of(config).in(config).get(RunKeys.OUTPUT)).isNotEqualTo(first);
    assertThatThrownBy(() -> TemporaryOutput.of(cluster()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("run.output is required on a cluster");
  }

  private static JobConfig cluster(String... sets) {
    List<String> all = new ArrayList<>(List.of("spark.master=yarn"));
    all.addAll(List.of(sets));
    return JobConfig.load(
        List.of(),
        all,
        List.of(TemporaryOutput.BESIDE, RunKeys.CHECKPOINT, RunKeys.RESUME, RunKeys.MASTER));
  }

  @Test
  void settingsOfTheGpuDoNotReachTheRunOnTheCpu() {
    JobConfig config =
        JobConfig.load(
            List.of(Accelerant.project().resolve("conf/gpu/explain.conf")),
            List.of("spark.plugins=com.nvidia.spark.SQLPlugin,org.example.Other"),
            List.of());
    JobConfig onCpu = RapidsExplainer.onCpu(config);
    assertThat(onCpu.spark().get("spark.plugins")).isEqualTo("org.example.Other");
    assertThat(onCpu.spark().get("spark.sql.cache.serializer")).startsWith("org.apache.spark.");
    assertThat(onCpu.spark()).containsKey("spark.rapids.sql.exec.CollectLimitExec");
  }
}
