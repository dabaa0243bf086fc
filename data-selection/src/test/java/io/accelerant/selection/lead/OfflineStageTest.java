package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Student;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.run.Stages;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.selection.lead.PoolScoring.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineStageTest extends SparkTest {
  private static final int CLUSTERS = 3;

  @TempDir static Path folder;

  private static Prompts prompts;
  private static LanguageModel base;
  private static float[] warm;
  private static Dataset<Row> table;
  private static PoolIndex index;

  /** What the warm-up was given. */
  private static PoolRows untouched;

  private static Pool pool;

  @BeforeAll
  static void lookOverOnce() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      rows.append(
          Text.of(
              "{\"prompt\":\"%s%s\",\"completion\":\"%s\",\"kind\":\"%s\"}\n",
              "ab".repeat(i % 5),
              "c".repeat(1 + i / 5),
              "a".repeat(1 + i % 4),
              i % 3 == 0 ? "one" : "two"));
    }
    Path source = Files.writeString(folder.resolve("rows.jsonl"), rows);
    PreparePromptsJob job = new PreparePromptsJob();
    List<String> sets =
        List.of(
            "run.output=" + folder.resolve("prompts"),
            "preparePrompts.source=" + source,
            "preparePrompts.fields.task=kind",
            "preparePrompts.tokenizer=\"alphabet:abc\"",
            "preparePrompts.split=[0.9,0,0.1]");
    String uri = job.run(context(), JobConfig.load(List.of(), sets, job.keys())).artifact();
    prompts = Prompts.open(spark(), context().hadoop(), uri, "a test");
    Transformer network = Transformer.gpt2(prompts.tokenizer().size(), prompts.longest(), 8, 1, 2);
    base =
        new LanguageModel(
            network, parameters(network, 1), prompts.tokenizer(), LanguageModel.Kind.CAUSAL);
    warm = parameters(network, 2);
    table = prompts.split("train");
    index = PoolIndex.of(table, "task", "a test");
    pool = lookOver(folder.resolve("stages"));
  }

  private static float[] parameters(Transformer network, long seed) {
    return Flat.of(network.initial(seed, InitialScale.SCALED)).toFloats();
  }

  private static OfflineSettings settings(int partitions) {
    return new OfflineSettings(
        4,
        partitions,
        CLUSTERS,
        false,
        false,
        Optional.empty(),
        Guard.Duplicates.EXACT,
        5,
        EngineSettings.cpu(1));
  }

  private static Pool lookOver(Path checkpoint) {
    StageStore store =
        StageStore.open(
            checkpoint.toString(), context().hadoop(), Map.of("a", 1), "auto", Progress.SILENT);
    return new OfflineStage(
            context(), new Stages(context(), store), settings(0), Optional.empty(), prompts, base)
        .of(
            rows -> {
              untouched = rows;
              return new Trainings.Warm(warm, new long[] {rows.ids()[1]}, 2);
            });
  }

  private static float[] losses(int partitions, Reading reading) {
    return losses(base.network(), partitions, reading, warm);
  }

  private static float[] losses(
      TokenNetwork network, int partitions, Reading reading, float[] parameters) {
    int answer = LeadInputs.answer(prompts, LeadInputs.POOL);
    return new PoolScoring(
            context(), settings(partitions), table, index, network, prompts.longest(), answer)
        .losses(reading, parameters);
  }

  /** Of each row alone, in order of id. */
  private static double[] alone(Reading reading, float[] parameters) {
    return alone(base.network(), reading, parameters);
  }

  private static double[] alone(TokenNetwork network, Reading reading, float[] parameters) {
    RowLoss loss = RowLoss.of(network, prompts.longest(), 1);
    double[] losses = new double[index.count()];
    try (ProgramPool programs = new ProgramPool(4);
        RowScorer scorer = new RowScorer(loss, parameters, programs)) {
      for (Row row : table.orderBy("id").collectAsList()) {
        Prompt read = reading.of(Prompts.of(row));
        byte[] record = PromptRecord.pack(read, prompts.longest());
        losses[index.row(read.id())] = scorer.losses(List.of(record))[0];
      }
    }
    return losses;
  }

  @Test
  void ofManyClassesOnlyThoseOfAnswersAreReadAndLossesStay() {
    Transformer many = Transformer.gpt2(1100, prompts.longest(), 8, 1, 2);
    float[] parameters = parameters(many, 3);
    for (Reading reading : Reading.values()) {
      float[] losses = losses(many, 2, reading, parameters);
      assertThat(Flat.of(losses).toDoubles())
          .containsExactly(alone(many, reading, parameters), within(1e-5));
    }
    LeadNetwork network = new LeadNetwork(new Student(many, many), prompts.longest(), 3, 4);
    assertThat(network.loss().hash())
        .isEqualTo(hash(many, RowLoss.of(many, prompts.longest(), 4).withAnswer(3)))
        .isNotEqualTo(hash(many, RowLoss.of(many, prompts.longest(), 4)));
  }

  private static String hash(Transformer network, RowLoss loss) {
    return loss.with(Loss.NETWORK, network).hash();
  }

  @Test
  void lossesAreThoseOfEachRowAlone() {
    assertThat(pool.rows().initialLoss())
        .containsExactly(alone(Reading.BEHIND_PROMPT, base.parameters()), within(1e-5));
    assertThat(pool.warmLoss()).containsExactly(alone(Reading.BEHIND_PROMPT, warm), within(1e-5));
  }

  @Test
  void lossesHaveTheSameBitsHoweverThePoolIsCut() {
    float[] one = losses(1, Reading.ALONE);
    assertThat(losses(2, Reading.ALONE)).isEqualTo(one);
    assertThat(losses(7, Reading.ALONE)).isEqualTo(one);
  }

  @Test
  void anAnswerAloneStandsBehindTheLastTokenOfItsPrompt() {
    Prompt read = Reading.ALONE.of(PromptRows.row(3, "t", 3, 7, 8, 9, 1, 2));
    assertThat(read.ids()).containsExactly(9, 1, 2);
    assertThat(read.given()).containsExactly(0);
    assertThat(Reading.ALONE.of(PromptRows.row(3, "t", 0, 1, 2)).ids()).containsExactly(1, 2);
  }

  @Test
  void difficultyIsTheShareOfTheLossThatThePromptLeaves() {
    double[] behind = alone(Reading.BEHIND_PROMPT, warm);
    double[] without = alone(Reading.ALONE, warm);
    for (int i = 0; i < index.count(); i++) {
      assertThat(pool.ifd()[i]).isEqualTo(behind[i] / without[i], within(1e-5));
      assertThat(pool.rows().learnable()[i])
          .isEqualTo(pool.rows().initialLoss()[i] - behind[i], within(1e-5));
    }
    assertThat(pool.rows().difficulty()).isEqualTo(Ifd.difficulty(pool.ifd()));
    assertThat(pool.rows().clusters())
        .isEqualTo(LineClusters.means(pool.rows().difficulty(), CLUSTERS));
  }

  @Test
  void theWarmUpKnowsLossAndTaskAlone() {
    assertThat(untouched.initialLoss()).isEqualTo(pool.rows().initialLoss());
    assertThat(untouched.taskNames()).containsExactly("one", "two");
    assertThat(untouched.tasks()).isEqualTo(pool.rows().tasks()).contains(0, 1);
    assertThat(untouched.clusters()).containsOnly(0);
  }

  @Test
  void rowsOfTheWarmUpAreMarked() {
    for (int i = 0; i < index.count(); i++) {
      assertThat(OfflineTable.row(pool, i, true).get(8)).isEqualTo(i == 1);
    }
    assertThat(pool.warmUpShare(new long[] {index.ids()[0], index.ids()[1], index.ids()[2]}))
        .isEqualTo(1 / 3.0);
  }

  @Test
  void aSecondRunTakesEveryPassFromTheCheckpoint() {
    float[] learned = warm;
    warm = new float[learned.length];
    try {
      Pool again = lookOver(folder.resolve("stages"));
      assertThat(again.warmLoss()).isEqualTo(pool.warmLoss());
      assertThat(again.rows().initialLoss()).isEqualTo(pool.rows().initialLoss());
      assertThat(again.effort().seconds())
          .isEqualTo(pool.effort().seconds())
          .containsOnlyKeys("iu0", "copies", "warmUp", "warmLoss", "aloneLoss");
    } finally {
      warm = learned;
    }
  }

  @Test
  void theTableHasTheRowThatARowRepeats() {
    int[] copyOf = new int[index.count()];
    Arrays.fill(copyOf, -1);
    copyOf[2] = 0;
    PoolRows rows = pool.rows();
    PoolRows copied =
        new PoolRows(
            rows.ids(),
            rows.tasks(),
            rows.taskNames(),
            rows.initialLoss(),
            rows.difficulty(),
            rows.learnable(),
            rows.clusters(),
            copyOf);
    Pool other = new Pool(copied, pool.ifd(), pool.warmLoss(), pool.warmUp(), pool.effort());
    assertThat(OfflineTable.row(other, 2, false).get(6)).isEqualTo(rows.ids()[0]);
    assertThat(OfflineTable.row(other, 1, true).get(6)).isNull();
  }
}
