package io.accelerant.distill.certainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.sample.LanguageModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model with random weights, which has answers of its own though none of them is right. */
class CertaintyJobTest extends SparkTest {
  private static final CertaintyJob JOB = new CertaintyJob();

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Prompts clozes;
  private static String fillsGaps;

  /** Of clozes. */
  private static JobResult result;

  @BeforeAll
  static void trainOnce() {
    clozes =
        LanguageModels.prompts(
            context(), shared.resolve("clozes"), "cloze-chain", "preparePrompts.chain.links=3");
    fillsGaps = publish("gaps", Kind.MASKED, clozes.tokenizer());
    result =
        run(
            context(),
            config(shared.resolve("run"), "train.rounds=60", "certainty.options=[all-masked]"));
  }

  private static String publish(String name, Kind kind, Tokenizer tokenizer) {
    return LanguageModels.publish(shared.resolve(name), kind, tokenizer).uri();
  }

  private static JobConfig config(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "certainty.model=" + fillsGaps,
                "certainty.prompts=" + clozes.uri(),
                "certainty.correctOnly=false",
                "certainty.beta=[2]",
                "certainty.blockLength=6",
                "certainty.trajectories=16",
                "certainty.fitPrompts=4",
                "certainty.testPrompts=12",
                "certainty.partitions=2",
                "certainty.seeds=[3]",
                "certainty.bootstrap=100",
                "certainty.decoders=[one-per-step, confidence, saber]",
                "certainty.thresholds.confidence=[0.5, 0.9]",
                "certainty.thresholds.saber=[2]",
                "certainty.adapter.rank=4",
                "train.rounds=6",
                "train.batch=8",
                "train.microBatch=4",
                "train.warmUp=2",
                "train.learningRate=2e-2"));
    sets.addAll(List.of(more));
    return JobConfig.load(List.of(), sets, JOB.keys());
  }

  private static JobResult run(JobContext context, JobConfig config) {
    return JOB.run(context, config);
  }

  private static double metric(JobResult found, String name) {
    return found.metrics().get(name).doubleValue();
  }

  private static List<Row> table(JobResult found, String name, String order) {
    Artifact artifact = Artifact.open(found.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, name).orderBy(order).collectAsList();
  }

  private static int[] numbers(Row row, String column) {
    return row.<Integer>getList(row.fieldIndex(column)).stream().mapToInt(i -> i).toArray();
  }

  /** Its own answers are a function of the prompt, which the table's are not. */
  @Test
  void ownAnswersAreLearnedAndTheEntropyMakesThemSurer() {
    double self = metric(result, "self-beta0.trained.crossEntropy");
    assertThat(self).isLessThan(.8 * metric(result, "gold-beta0.trained.crossEntropy"));
    assertThat(metric(result, "self-beta2.trained.entropy"))
        .isLessThan(.6 * metric(result, "self-beta0.trained.entropy"));
    assertThat(metric(result, "self-beta2.confidence"))
        .isGreaterThan(metric(result, "self-beta0.confidence"));
    assertThat(metric(result, "base.one-per-step.evaluations")).isEqualTo(6);
  }

  @Test
  void everyArmIsJudgedByEveryDecoderAndHeldAgainstTheBase() {
    for (String arm : List.of("base", "self-beta0", "self-beta2", "gold-beta0", "gold-beta2")) {
      assertThat(result.metrics())
          .containsKeys(
              arm + ".confidence.0.9.exactMatch",
              arm + ".saber.2.evaluations",
              "stepsAtEqualMatch." + arm,
              "stepsAtEqualMatch." + arm + ".saber");
      assertThat(metric(result, "stepsAtEqualMatch." + arm))
          .isLessThanOrEqualTo(metric(result, "stepsAtEqualMatch." + arm + ".confidence"));
    }
    assertThat(metric(result, "verdict.self-beta0.equal"))
        .isCloseTo(
            metric(result, "stepsAtEqualMatch.self-beta0")
                / metric(result, "stepsAtEqualMatch.base"),
            within(1e-12));
    assertThat(result.metrics())
        .containsKeys(
            "verdict.self-beta2.equal.low",
            "verdict.entropy.self-beta2-all-masked.equal.high",
            "verdict.option.self-beta2-all-masked.equal",
            "verdict.entropy.gold-beta2.equal")
        .doesNotContainKey("verdict.option.self-beta2.equal");
  }

  @Test
  void theTablesHoldEveryPointAndItsAnswers() {
    assertThat(table(result, "curve", "arm")).hasSize(6 * 4);
    List<Row> decoded = table(result, "decoded", "promptId");
    assertThat(decoded).hasSize(6 * 4 * 12);
    double sum =
        decoded.stream()
            .filter(r -> r.<String>getAs("arm").equals("gold-beta0"))
            .filter(r -> r.<String>getAs("decoder").equals("saber"))
            .mapToInt(r -> r.getAs("evaluations"))
            .sum();
    assertThat(sum / 12).isEqualTo(metric(result, "gold-beta0.saber.2.evaluations"));
  }

  @Test
  void trajectoriesSayWhenAndHowSureEachPositionWasCommitted() {
    List<Row> rows = table(result, "trajectory", "promptId");
    assertThat(rows).hasSize(16);
    for (Row row : rows) {
      int[] at = numbers(row, "committedAt");
      assertThat(Arrays.stream(at).filter(i -> i > 0).sorted().boxed().toList())
          .isEqualTo(IntStream.rangeClosed(1, 6).boxed().toList());
      assertThat(at[1] + at[2] + at[4] + at[5]).isEqualTo(10); // the first block of 6 positions
      List<Double> entropy = row.getList(row.fieldIndex("entropyAt"));
      IntStream.range(0, 9)
          .forEach(i -> assertThat(entropy.get(i) > 0).as("%s", i).isEqualTo(at[i] > 0));
      assertThat(numbers(row, "tokens")).hasSize(6);
    }
  }

  @Test
  void theTableOfMasksHasBothViewsOfTwoEpochs() {
    List<Row> rows = table(result, "mask", "promptId");
    assertThat(rows).hasSize(16 * 2 * 2);
    for (int epoch = 0; epoch < 2; epoch++) {
      for (long id : clozes.first("train", 16).stream().mapToLong(p -> p.id()).toArray()) {
        int of = epoch;
        List<Row> views =
            rows.stream()
                .filter(r -> r.<Long>getAs("promptId") == id && r.<Integer>getAs("epoch") == of)
                .toList();
        assertThat(views).hasSize(2);
        List<Integer> targets =
            views.stream()
                .flatMapToInt(r -> Arrays.stream(numbers(r, "positions")))
                .sorted()
                .boxed()
                .toList();
        assertThat(targets).isIn(List.of(1, 2, 4, 5), List.of(7, 8));
        assertThat(numbers(views.get(0), "behind")).hasSize(targets.size() == 4 ? 2 : 0);
      }
    }
  }

  @Test
  void theArtifactIsAModelWithAdapterAndDecoder() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(Decoder.find(artifact).orElseThrow().blockLength()).isEqualTo(6);
    for (String file :
        List.of(
            "adapter/adapter_model.safetensors",
            "adapter/adapter_config.json",
            "plots/frontier.png")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("shift of the threshold", "Calibration", "Wall clock", "gold-beta2");
  }

  /** All numbers of an arm; killed in the middle, only what had not ended is trained again. */
  @Test
  void neitherOtherArmsNorPartitionsNorAKillChangeAnArm() {
    Progress dies =
        line -> {
          if (line.contains("(training 1/2)")) {
            throw new IllegalStateException("killed");
          }
        };
    JobConfig killed = betaZero("certainty.partitions=7");
    assertThatThrownBy(() -> run(JobContext.of(spark(), dies), killed)).hasMessage("killed");
    List<String> said = new ArrayList<>();
    JobConfig again = betaZero("certainty.partitions=1", "run.format=json");
    JobResult resumed = run(JobContext.of(spark(), said::add), again);
    assertThat(said).filteredOn(line -> line.contains("(training ")).hasSize(1);
    List<Map.Entry<String, Number>> numbers =
        resumed.metrics().entrySet().stream()
            .filter(m -> m.getKey().matches(".*(base|self-beta0|gold-beta0).*"))
            .toList();
    assertThat(numbers).hasSizeGreaterThan(40);
    assertThat(result.metrics().entrySet()).containsAll(numbers);
  }

  private JobConfig betaZero(String... more) {
    List<String> sets = new ArrayList<>(List.of("train.rounds=60", "certainty.beta=[0]"));
    sets.addAll(List.of(more));
    return config(folder.resolve("killed"), sets.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "certainty.adapter.targets=[o_proj]|LoRA target \"o_proj\" names no matrix",
        "certainty.options=[whole-answer, unfiltered]|names unfiltered, which changes nothing",
        "certainty.beta=[2, 2]|must list different values",
        "certainty.matches=[]|must list different values",
        "certainty.of=x.json|is for training; certainty.of computes given numbers only",
        "certainty.thresholds.entropy=[1]|is of a rule that certainty.decoders does not name",
        "certainty.boundary=loose|must be one of inclusive, strict",
        "certainty.temperature=2|is of tempered answers, which certainty.texts does not name"
      })
  void keysThatDoNotGoTogetherAreRefused(String set, String message) {
    assertThatThrownBy(() -> JOB.plan(context(), config(folder.resolve("x"), set)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatOthersWouldHaveToGoWithIsRefused() {
    assertThatThrownBy(
            () ->
                JOB.plan(
                    context(),
                    config(
                        folder.resolve("x"),
                        "certainty.options=[rising-beta]",
                        "certainty.beta=[0]")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("names rising-beta, which changes nothing");
    assertThatThrownBy(
            () ->
                JOB.plan(
                    context(),
                    config(
                        folder.resolve("x"),
                        "certainty.right=agreement",
                        "certainty.decoders=[confidence, saber]")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must name one-per-step");
  }

  @Test
  void modelAndPromptsMustGoTogetherAndSomethingMustBeRight() {
    String others = publish("others", Kind.MASKED, SymbolTokenizer.of("0123456789+"));
    assertThatThrownBy(
            () -> run(context(), config(folder.resolve("x"), "certainty.model=" + others)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prepare the prompts with the model's tokenizer");
    assertThatThrownBy(
            () -> run(context(), config(folder.resolve("x"), "certainty.correctOnly=true")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("None of 16 answers of the model")
        .hasMessageContaining("certainty.correctOnly = false");
    String causal = publish("causal", Kind.CAUSAL, clozes.tokenizer());
    assertThatThrownBy(
            () -> JOB.plan(context(), config(folder.resolve("x"), "certainty.model=" + causal)))
        .isInstanceOf(AccelerantException.class)
        .hasMessageContaining("certainty.model needs a masked-text model");
    assertThat(folder.resolve("x/manifest.json")).doesNotExist();
  }

  /** No answer is right by the checker, and each agrees with itself. */
  @Test
  void whereNothingIsRightModelsAreHeldToTheirOwnSlowAnswers() {
    JobResult agreed =
        run(
            context(),
            config(
                folder.resolve("agreed"),
                "certainty.right=agreement",
                "certainty.correctOnly=true",
                "certainty.texts=[tempered]",
                "certainty.options=[rising-beta]"));
    for (String arm : List.of("base", "tempered-beta0", "tempered-beta2-rising-beta")) {
      assertThat(metric(agreed, arm + ".one-per-step.exactMatch")).isOne();
      assertThat(metric(agreed, "written." + arm + ".tokens")).isBetween(.1, 6.0);
    }
    assertThat(metric(agreed, "written.base.asBase")).isOne();
    assertThat(metric(agreed, "base.saber.2.exactMatch")).isStrictlyBetween(0.0, 1.0);
    assertThat(metric(result, "base.saber.2.exactMatch")).isZero();
    assertThat(metric(agreed, "tempered-beta0.trained.crossEntropy"))
        .isGreaterThan(0)
        .isNotEqualTo(metric(agreed, "tempered-beta2-rising-beta.trained.crossEntropy"));
  }

  private JobConfig replay(String json) throws IOException {
    Path file = Files.writeString(folder.resolve("logits.json"), json);
    return JobConfig.load(
        List.of(),
        List.of("run.output=" + folder.resolve("replay"), "certainty.of=" + file),
        JOB.keys());
  }

  @Test
  void givenNumbersAreComputedWithoutAModel() throws IOException {
    JobResult found =
        run(
            context(),
            replay(
                "{\"logits\": [[0.6931471805599453, 0], [5, 1], [0, 1.0986122886681098]],"
                    + " \"labels\": [0, 0, 0], \"targets\": [0, 2], \"beta\": 2,"
                    + " \"temperature\": 0.5}"));
    double h = .8 * Math.log(5 / 4.) + .2 * Math.log(5);
    double ce = (Math.log(1.5) + Math.log(4)) / 2;
    assertThat(metric(found, "ce")).isCloseTo(ce, within(1e-14));
    assertThat(metric(found, "entropy")).isCloseTo(h, within(1e-14));
    assertThat(metric(found, "loss")).isCloseTo(ce + 2 * h, within(1e-14));
    assertThat(metric(found, "kept")).isEqualTo(1);
    assertThat(metric(found, "gradient.1.0")).isZero();
    Map<String, Object> json =
        Artifact.open(found.artifact(), context().hadoop()).readJson("result.json");
    assertThat(json).containsEntry("kept", List.of(0));
    assertThat(Optional.of(metric(found, "gradient.2.1"))).hasValue(.375);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"labels\": [0]}|logits must be a list of rows of numbers, is missing",
        "{\"logits\": [[1, 2], [3]], \"labels\": [0, 0]}|logits[1] has 1 numbers, logits[0] has 2",
        "{\"logits\": [[1, \"a\"]], \"labels\": [0]}|logits[0][1] must be a number, is a",
        "{\"logits\": [[1, 2]], \"labels\": [2]}|labels must be 1 tokens of 0 to 1",
        "{\"logits\": [[1, 2]], \"labels\": [1], \"targets\": [1]}|different positions of 0 to 0",
        "{\"logits\": [[1, 2]], \"labels\": [1], \"temperature\": 0}|temperature must be a positive",
        "{\"logits\": [[1, 2]], \"labels\": [1], \"tau\": 1}|tau is not known"
      })
  void badNumbersAreRefused(String json, String message) {
    assertThatThrownBy(() -> run(context(), replay(json)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("logits.json")
        .hasMessageContaining(message);
  }
}
