package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.SmallCausalModel;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class LeadJobTest extends SparkTest {
  private static final LeadJob JOB = new LeadJob();
  private static final double EPSILON = 1e-12;
  private static final int BUDGET = 16;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Prompts prompts;
  private static String model;

  /** All arms. */
  private static JobResult result;

  @BeforeAll
  static void trainOnce() throws IOException {
    prompts = prompts();
    model =
        SmallCausalModel.publish(context().hadoop(), shared.resolve("model"), prompts.tokenizer());
    result = JOB.run(context(), config(shared.resolve("run")));
  }

  /** Repeat the first of four letters; a fifth of the rows to train on have another answer. */
  private static Prompts prompts() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 81; i++) {
      StringBuilder text = new StringBuilder();
      for (int rest = i, k = 0; k < 4; k++, rest /= 3) {
        text.append("abc".charAt(rest % 3));
      }
      rows.append(Text.of("{\"prompt\":\"%s\",\"completion\":\"%s\"}\n", text, text.charAt(0)));
    }
    Path source = Files.writeString(shared.resolve("letters.jsonl"), rows);
    PreparePromptsJob job = new PreparePromptsJob();
    List<String> sets =
        List.of(
            "run.output=" + shared.resolve("prompts"),
            "preparePrompts.source=" + source,
            "preparePrompts.tokenizer=\"alphabet:abc\"",
            "preparePrompts.noise={garbled = 0.2, duplicated = 0.2}",
            "preparePrompts.split=[0.6,0.1,0.3]");
    String uri = job.run(context(), JobConfig.load(List.of(), sets, job.keys())).artifact();
    return Prompts.open(spark(), context().hadoop(), uri, "a test");
  }

  private static JobConfig config(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "lead.model=" + model,
                "lead.pool=" + prompts.uri(),
                "lead.budget=" + BUDGET,
                "lead.rounds=4",
                "lead.clusters=2",
                "lead.seeds=[1]",
                "lead.warmUp.rows=8",
                "train.learningRate=2e-2",
                "train.batch=4",
                "train.microBatch=4"));
    sets.addAll(List.of(more));
    return JobConfig.load(List.of(), sets, JOB.keys());
  }

  private static Artifact open(JobResult found) {
    return Artifact.open(found.artifact(), context().hadoop());
  }

  private static double metric(String name) {
    return result.metrics().get(name).doubleValue();
  }

  private static List<Row> table(JobResult found, String name) {
    return ArtifactTables.read(spark(), open(found), name)
        .orderBy("arm", "round", name.equals("gradient") ? "cluster" : "id")
        .collectAsList();
  }

  private static List<Row> of(List<Row> rows, Arm arm) {
    return rows.stream().filter(row -> row.getAs("arm").equals(arm.label())).toList();
  }

  private static double number(Row row, String column) {
    return row.<Number>getAs(column).doubleValue();
  }

  @Test
  void everyArmButFullUsesTheBudget() {
    List<Row> chosen = table(result, "chosen");
    int pool = result.metrics().get("pool.rows").intValue();
    for (Arm arm : Arm.CONTROLS) {
      int uses = arm == Arm.FULL ? pool : BUDGET;
      assertThat(of(chosen, arm)).as(arm.label()).hasSize(uses);
      assertThat(metric(arm.label() + ".uses")).isEqualTo(uses);
    }
  }

  /** What is planted is joined from the prompts, as nothing else of the tables knows it. */
  @Test
  void sharesOfWhatIsPlantedAreThoseOfTheRowsUsed() {
    Map<Long, String> planted =
        prompts.table().collectAsList().stream()
            .collect(Collectors.toMap(r -> (long) number(r, "id"), r -> r.getAs("planted")));
    List<Row> chosen = table(result, "chosen");
    for (Arm arm : Arm.CONTROLS) {
      List<Row> rows = of(chosen, arm);
      double garbled =
          rows.stream().filter(r -> planted.get((long) number(r, "id")).equals("garbled")).count();
      assertThat(metric(arm.label() + ".plantedShare"))
          .isCloseTo(garbled / rows.size(), within(EPSILON));
      assertThat(metric(arm.label() + ".planted.garbled"))
          .isCloseTo(garbled / rows.size(), within(EPSILON));
    }
    assertThat(metric("oracle.plantedShare")).isZero();
    assertThat(metric("pool.plantedShare")).isBetween(.05, .4);
  }

  /** b = .1: idu after = .9 (loss + change) + .1 idu before. */
  @Test
  void utilitiesFollowFromLossesAndChanges() {
    Map<String, Double> changes = new TreeMap<>();
    for (Row row : table(result, "gradient")) {
      changes.put(key(row), number(row, "lossChange"));
    }
    List<Row> chosen = table(result, "chosen");
    Map<String, Row> losses =
        chosen.stream().collect(Collectors.toMap(r -> key(r) + r.getAs("id"), r -> r));
    List<Row> idu = table(result, "idu");
    assertThat(idu).hasSize(4 * BUDGET);
    for (Row row : idu) {
      Row loss = losses.get(key(row) + row.getAs("id"));
      assertThat(number(row, "before")).isEqualTo(number(loss, "idu"));
      double expected =
          .9 * (number(loss, "loss") + changes.get(key(row))) + .1 * number(loss, "idu");
      assertThat(number(row, "after")).isCloseTo(expected, within(EPSILON));
    }
  }

  /** Of the first round, one update: nothing was trained before, not even by the warm-up. */
  @Test
  void everyArmStartsFromTheUntouchedModel() {
    List<Row> first =
        table(result, "chosen").stream()
            .filter(row -> number(row, "round") == 0)
            .filter(row -> Arm.ofLabel(row.getAs("arm")).draw() != Arm.Draw.NONE)
            .toList();
    assertThat(first).isNotEmpty();
    for (Row row : first) {
      assertThat(number(row, "loss")).isCloseTo(number(row, "idu"), within(1e-5));
    }
  }

  private static String key(Row row) {
    return Text.of("%s.%s.", row.getAs("arm"), row.getAs("round"));
  }

  @Test
  void verdictsArePairedAndTheBestArmIsNamed() {
    assertThat(metric("verdict.lead-random.testLoss"))
        .isCloseTo(metric("lead.testLoss") - metric("random.testLoss"), within(EPSILON));
    assertThat(metric("verdict.plantedShare"))
        .isCloseTo(metric("lead.plantedShare") / metric("pool.plantedShare"), within(EPSILON));
    assertThat(metric("verdict.planted.garbled")).isEqualTo(metric("verdict.plantedShare"));
    String best =
        Arm.CONTROLS.stream()
            .filter(arm -> arm != Arm.ORACLE && arm != Arm.FULL)
            .min(Comparator.comparingDouble(arm -> metric(arm.label() + ".testLoss")))
            .orElseThrow()
            .label();
    assertThat(text("README.md")).contains("the best arm here, by test loss, is `" + best + "`");
    assertThat(text("report.md")).contains("lead less random, test loss", "Between rounds lead");
  }

  private static String text(String file) {
    return new String(open(result).read(file), StandardCharsets.UTF_8).replaceAll("\\s+", " ");
  }

  /**
   * Neither a kill nor what is planted changes what is chosen, but of the arm oracle, which alone
   * reads what is planted.
   */
  @Test
  void killedAmongTheArmsOnAPoolOfOtherFlagsItChoosesTheSameRowsAndEndsWithTheSameWeights() {
    JobConfig killed = config(folder.resolve("killed"), "lead.pool=" + withOtherFlags());
    Progress dies = line -> dieAt(line, "(training 7/");
    assertThatThrownBy(() -> JOB.run(JobContext.of(spark(), dies), killed)).hasMessage("killed");
    JobResult other = JOB.run(context(), killed);
    assertThat(open(other).read("model.safetensors"))
        .isEqualTo(open(result).read("model.safetensors"));
    assertThat(chosen(other, "oracle")).isEqualTo(chosen(result, "oracle"));
    assertThat(chosen(other, "")).isNotEqualTo(chosen(result, ""));
  }

  /**
   * The same prompts; what is planted in the pool moves on by so many rows that one is garbled
   * which the arm oracle chose.
   */
  private static String withOtherFlags() {
    List<Row> rows = prompts.table().orderBy("id").collectAsList();
    List<Row> pool = rows.stream().filter(row -> row.getAs("split").equals("train")).toList();
    List<Row> others = new ArrayList<>(rows);
    others.removeAll(pool);
    int flag = pool.get(0).fieldIndex("planted");
    Object chosen = of(table(result, "chosen"), Arm.ORACLE).get(0).getAs("id");
    List<Object> ids = pool.stream().map(row -> row.getAs("id")).toList();
    List<Object> flags = pool.stream().map(row -> row.get(flag)).toList();
    int on = flags.indexOf("garbled") - ids.indexOf(chosen) + pool.size();
    for (int i = 0; i < pool.size(); i++) {
      Object[] values = CollectionConverters.asJava(pool.get(i).toSeq()).toArray();
      values[flag] = flags.get((i + on) % pool.size());
      others.add(RowFactory.create(values));
    }
    String uri = shared.resolve("other").toString();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(uri, context().hadoop(), Claim.of("test"), false)) {
      artifact.write(
          "config.json", Artifact.open(prompts.uri(), context().hadoop()).read("config.json"));
      ArtifactTables.write(
          spark().createDataFrame(others, prompts.table().schema()),
          Prompts.KIND,
          artifact,
          "parquet");
      artifact.commit(ManifestDraft.of(Prompts.KIND, "prepare-prompts", "test", 1));
    }
    return uri;
  }

  private static void dieAt(String line, String where) {
    if (line.contains(where)) {
      throw new IllegalStateException("killed");
    }
  }

  /** As text, all digits. */
  private static List<String> chosen(JobResult found, String without) {
    return table(found, "chosen").stream()
        .filter(row -> !row.getAs("arm").equals(without))
        .map(Row::toString)
        .toList();
  }

  @Test
  void aLlamaIsTrainedByAdapters() {
    String llama =
        SmallCausalModel.publishLlama(
            context().hadoop(), folder.resolve("llama"), prompts.tokenizer());
    Artifact found =
        open(
            JOB.run(
                context(),
                config(folder.resolve("run"), "lead.model=" + llama, "lead.adapter.rank=2")));
    assertThat(found.readJson("config.json")).containsEntry("model_type", "llama");
    assertThat(found.readJson(Adapters.CONFIG)).containsEntry("r", 2);
  }

  @Test
  void whatDoesNotGoTogetherIsSaidBeforeAnythingIsTrained() {
    assertThatThrownBy(
            () -> JOB.run(context(), config(folder.resolve("x"), "lead.newTasks=[algebra]")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.newTasks")
        .hasMessageContaining("algebra");
    assertThatThrownBy(
            () -> JOB.run(context(), config(folder.resolve("y"), "lead.gradientOf=nothing")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.gradientOf");
    assertThatThrownBy(
            () -> JOB.run(context(), config(folder.resolve("z"), "lead.tasks=embedding")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.embedding.model");
    assertThatThrownBy(() -> JOB.run(context(), config(folder.resolve("z"), "train.workers=2")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.spread = rows");
  }
}
