package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of prompts, too small and too short to answer them. */
class LanguageTeacherTest extends SparkTest {
  private static final int ROUNDS = 8;

  @TempDir static Path shared;
  @TempDir Path folder;

  /** Of additions. */
  private static JobResult causal;

  @BeforeAll
  static void trainOnce() {
    prepare("additions", "task:addition", "preparePrompts.addition.maximum=2");
    prepare(
        "chains", "task:cloze-chain", "preparePrompts.chain.links=2", "preparePrompts.count=200");
    causal = train(shared.resolve("causal"));
  }

  private static void prepare(String name, String source, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + shared.resolve(name),
                "preparePrompts.source=" + source,
                "preparePrompts.count=300",
                "preparePrompts.split=[0.8,0.1,0.1]"));
    sets.addAll(List.of(more));
    run(context(), new PreparePromptsJob(), sets);
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static List<String> sets(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "trainTeacher.kind=causal-text",
                "trainTeacher.data=" + shared.resolve("additions"),
                "trainTeacher.untilEvery=4",
                "trainTeacher.evaluationPrompts=12",
                "trainTeacher.sampleEvery=0",
                "train.workers=2",
                "train.batch=6",
                "train.rounds=" + ROUNDS,
                "train.ema=0.5",
                "train.checkpointEvery=3"));
    if (List.of(more).stream().noneMatch(set -> set.startsWith("trainTeacher.start"))) {
      sets.addAll(
          List.of("trainTeacher.width=16", "trainTeacher.layers=1", "trainTeacher.heads=2"));
    }
    sets.addAll(List.of(more));
    return sets;
  }

  private static JobResult train(Path output, String... more) {
    return run(context(), new TrainTeacherJob(), sets(output, more));
  }

  private static double metric(JobResult trained, String name) {
    return trained.metrics().get(name).doubleValue();
  }

  private ThrowingCallable training(String... more) {
    return () -> train(folder.resolve("refused"), more);
  }

  private static String start() {
    return "trainTeacher.start=" + causal.artifact();
  }

  @Test
  void measuresAnswersAndTheirTokens() {
    assertThat(causal.metrics())
        .containsKeys(
            "exactMatch",
            "exactMatch.k2",
            "exactMatch.sampled",
            "exactMatch.sampled.k2",
            "falsePositive",
            "loss",
            "samplesPerSecond");
    assertThat(metric(causal, "bitsPerToken")).isBetween(1.0, 5.0);
    assertThat(metric(causal, "rounds")).isEqualTo(ROUNDS);
  }

  @Test
  void publishesALanguageModel() {
    LanguageModel model =
        LanguageModel.read(
            Artifact.open(causal.artifact(), context().hadoop()),
            Optional.of(LanguageModel.Kind.CAUSAL),
            "a test");
    assertThat(model.network().vocabulary()).isEqualTo(14);
    assertThat(model.parameters()).hasSize((int) metric(causal, "parameters"));
  }

  @Test
  void theLicenceOfTheDataGoesAlong() {
    List<String> sets =
        List.of(
            "run.output=" + shared.resolve("definitions"),
            "preparePrompts.source=wordnet",
            "preparePrompts.maximumLength=20");
    run(context(), new PreparePromptsJob(), sets);
    JobResult trained =
        train(folder.resolve("read"), "trainTeacher.data=" + shared.resolve("definitions"));
    Artifact model = Artifact.open(trained.artifact(), context().hadoop());
    Artifact data = Artifact.open(shared.resolve("definitions").toString(), context().hadoop());
    assertThat(model.read("LICENSE-wordnet.txt")).isEqualTo(data.read("LICENSE-wordnet.txt"));
    assertThat(new String(model.read("README.md")))
        .contains("That of the data it was trained on, see `LICENSE-wordnet.txt`.");
  }

  @Test
  void bitsDependNeitherOnPartitionsNorOnAKillNorOnWhatIsNeverReached() {
    Progress dies =
        line -> {
          if (line.startsWith("after round 4")) { // the last checkpoint is of round 3
            throw new IllegalStateException("killed");
          }
        };
    List<String> sets = sets(folder.resolve("killed"), "trainTeacher.until=exactMatch > 1");
    String partitions = spark().conf().get("spark.sql.shuffle.partitions");
    try {
      spark().conf().set("spark.sql.shuffle.partitions", "7");
      assertThatThrownBy(() -> run(JobContext.of(spark(), dies), new TrainTeacherJob(), sets))
          .hasMessage("killed");
      spark().conf().set("spark.sql.shuffle.partitions", "1");
      assertThat(run(context(), new TrainTeacherJob(), sets).contentHash())
          .isEqualTo(causal.contentHash());
    } finally {
      spark().conf().set("spark.sql.shuffle.partitions", partitions);
    }
  }

  @Test
  void stopsAtTheFirstMeasurementThatIsEnough() {
    JobResult enough = train(folder.resolve("enough"), "trainTeacher.until=exactMatch >= 0");
    assertThat(metric(enough, "rounds")).isEqualTo(4);
  }

  @Test
  void aModelToStartFromIsWhereTrainingBegins() {
    JobResult again =
        train(
            folder.resolve("again"),
            start(),
            "train.rounds=1",
            "train.learningRate=1e-9",
            "train.warmUp=0");
    assertThat(metric(again, "bitsPerToken"))
        .isCloseTo(metric(causal, "bitsPerToken"), within(1e-5));
  }

  @Test
  void adaptersMoveTheirMatricesAlone() {
    JobResult adapted =
        train(
            folder.resolve("adapted"),
            start(),
            "trainTeacher.adapter.rank=2",
            "trainTeacher.adapter.targets=[c_attn]");
    Artifact before = Artifact.open(causal.artifact(), context().hadoop());
    Artifact after = Artifact.open(adapted.artifact(), context().hadoop());
    List<String> moved = new ArrayList<>();
    try (SafetensorsFile old = before.safetensors("model.safetensors");
        SafetensorsFile merged = after.safetensors("model.safetensors");
        SafetensorsFile adapter = after.safetensors(Adapters.WEIGHTS)) {
      for (String name : old.names()) {
        if (!Arrays.equals(old.tensor(name).toFloats(), merged.tensor(name).toFloats())) {
          moved.add(name);
        }
      }
      assertThat(adapter.names())
          .containsExactlyInAnyOrder(
              "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight",
              "base_model.model.transformer.h.0.attn.c_attn.lora_B.weight");
    }
    assertThat(moved).containsExactly("transformer.h.0.attn.c_attn.weight");
  }

  @Test
  void maskedModelsFillGaps() {
    JobResult masked =
        train(
            folder.resolve("masked"),
            "trainTeacher.kind=masked-text",
            "trainTeacher.data=" + shared.resolve("chains"),
            "train.rounds=1");
    assertThat(masked.metrics()).containsKeys("exactMatch.chain", "bitsPerToken.sd");
    assertThat(masked.metrics()).doesNotContainKey("exactMatch.sampled");
  }

  @Test
  void maskedModelsWriteBehindAPromptAsManyTokensAsTheyAreGiven() {
    JobResult masked =
        train(
            folder.resolve("masked"),
            "trainTeacher.kind=masked-text",
            "trainTeacher.answerLength=12",
            "train.rounds=1");
    LanguageModel model =
        LanguageModel.read(
            Artifact.open(masked.artifact(), context().hadoop()), Optional.empty(), "a test");
    assertThat(model.kind()).isEqualTo(LanguageModel.Kind.MASKED);
    assertThat(model.network().maximumLength()).isEqualTo(6 + 12);
    assertThatThrownBy(training("trainTeacher.kind=masked-text", "trainTeacher.answerLength=8"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("= 8 is less than the 9 tokens of the longest answer");
  }

  @Test
  void conditionsThatCannotHoldAreRefused() {
    assertThatThrownBy(training("trainTeacher.until=exactMatch.k9 > .9"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "waits for exactMatch.k9, which is not measured; there are exactMatch,")
        .hasMessageContaining("exactMatch.k2");
    assertThatThrownBy(training("trainTeacher.until=exactMatch = 1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must be a metric, > or >=, and a number");
  }

  @Test
  void dataOfAnotherKindIsRefused() {
    assertThatThrownBy(training("trainTeacher.data=" + causal.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("trainTeacher.data");
    assertThatThrownBy(training("trainTeacher.data=" + shared.resolve("chains")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("whose answers fill gaps: a causal-text model cannot write them");
  }

  @Test
  void keysOfOtherKindsAreRefused() {
    assertThatThrownBy(training("trainTeacher.answerLength=12"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("trainTeacher.answerLength (--set) is not for causal-text models");
    assertThatThrownBy(training(start(), "trainTeacher.width=32"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is what trainTeacher.start has already");
    assertThatThrownBy(training("trainTeacher.adapter.rank=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("name it as trainTeacher.start");
  }

  @Test
  void aModelOfOtherTokensIsRefused() {
    prepare("sums", "task:mod-sum");
    assertThatThrownBy(training(start(), "trainTeacher.data=" + shared.resolve("sums")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prepare the prompts with the model's tokenizer");
  }
}
