package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.RuleSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageSamplingTest extends SparkTest {
  private static final SampleJob JOB = new SampleJob();

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Prompts additions;
  private static Prompts clozes;
  private static String causal;
  private static String masked;
  private static String fillsGaps;

  @BeforeAll
  static void prepare() {
    additions =
        LanguageModels.prompts(
            context(),
            shared.resolve("additions"),
            "addition",
            "preparePrompts.addition.maximum=2");
    clozes =
        LanguageModels.prompts(
            context(), shared.resolve("clozes"), "cloze-chain", "preparePrompts.chain.links=3");
    causal = publish("causal", Kind.CAUSAL, additions);
    masked = publish("masked", Kind.MASKED, additions);
    fillsGaps = publish("gaps", Kind.MASKED, clozes);
  }

  private static String publish(String name, Kind kind, Prompts prompts) {
    return LanguageModels.publish(shared.resolve(name), kind, prompts.tokenizer()).uri();
  }

  private JobConfig config(String name, String model, Prompts prompts, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=5",
                "sample.model=" + model,
                "sample.prompts=" + prompts.uri()));
    sets.addAll(List.of(more));
    return JobConfig.load(List.of(), sets, JOB.keys());
  }

  private JobResult sample(String name, String model, Prompts prompts, String... more) {
    return JOB.run(context(), config(name, model, prompts, more));
  }

  private static List<Row> rows(JobResult result) {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, "samples")
        .orderBy("promptId", "sample")
        .collectAsList();
  }

  private static int[] integers(Row row, String column) {
    return row.<Number>getList(row.fieldIndex(column)).stream()
        .mapToInt(Number::intValue)
        .toArray();
  }

  private static Map<Long, Prompt> byId(Prompts prompts) {
    return prompts.first("test", 1000).stream()
        .collect(Collectors.toMap(Prompt::id, Function.identity()));
  }

  /** Of the answer after the prompt, in float64. */
  private static double logProbability(LanguageModel model, Prompt prompt, int[] answer) {
    int[] before = prompt.promptIds();
    int[] row = Arrays.copyOf(before, before.length + answer.length);
    System.arraycopy(answer, 0, row, before.length, answer.length);
    double[] parameters = new double[model.parameters().length];
    Arrays.setAll(parameters, i -> model.parameters()[i]);
    BatchShape shape = BatchShape.of(1, row.length);
    try (Program program = model.network().forward(Precision.FLOAT64, shape)) {
      program.setParameters(parameters).set("tokens", row).run();
      double[] logits = program.doubles("logits");
      int tokens = model.network().vocabulary();
      double sum = 0;
      for (int i = before.length; i < row.length; i++) {
        double total = 0;
        for (int token = 0; token < tokens; token++) {
          total += StrictMath.exp(logits[(i - 1) * tokens + token]);
        }
        sum += logits[(i - 1) * tokens + row[i]] - StrictMath.log(total);
      }
      return sum;
    }
  }

  @Test
  void aCausalModelAnswersEachPromptSoManyTimes() {
    JobResult result =
        sample(
            "out",
            causal,
            additions,
            "sample.method=temperature",
            "sample.samplesPerPrompt=3",
            "sample.count=9");
    List<Row> rows = rows(result);
    assertThat(rows).hasSize(27);
    Map<Long, Prompt> prompts = byId(additions);
    LanguageModel model = LanguageModels.model(Kind.CAUSAL, additions.tokenizer());
    int end = additions.tokenizer().end();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Prompt prompt = prompts.get(row.<Long>getAs("promptId"));
      int[] tokens = integers(row, "tokens");
      assertThat(row.<Integer>getAs("sample")).isEqualTo(i % 3);
      assertThat(row.<String>getAs("text")).isEqualTo(additions.tokenizer().decode(tokens));
      assertThat(row.<Integer>getAs("evaluations")).isEqualTo(tokens.length);
      assertThat(tokens.length).isLessThanOrEqualTo(9); // two digits: 4 ; 3 and the end
      assertThat(Arrays.stream(tokens, 0, tokens.length - 1)).doesNotContain(end);
      assertThat(integers(row, "committedAt")).isEmpty();
      assertThat(row.<Double>getAs("logProbability"))
          .isCloseTo(logProbability(model, prompt, tokens), within(1e-4));
    }
    assertThat(rows.stream().map(row -> row.<String>getAs("text")).distinct().count())
        .isGreaterThan(20);
    assertThat(result.metrics())
        .containsEntry("samples", 27L)
        .containsEntry("prompts", 9)
        .containsKeys(
            "exactMatch",
            "exactMatch.k1",
            "exactMatch.k2",
            "falsePositive",
            "evaluationsPerRow",
            "meanLogProbability",
            "tokensPerSecond");
  }

  @Test
  void aMaskedModelFillsTheGapsAndNothingElse() {
    JobResult result = sample("out", fillsGaps, clozes, "sample.blockLength=3");
    Map<Long, Prompt> prompts = byId(clozes);
    List<Row> rows = rows(result);
    assertThat(rows).hasSize(prompts.size());
    int right = 0;
    for (Row row : rows) {
      Prompt prompt = prompts.get(row.<Long>getAs("promptId"));
      String text = row.getAs("text");
      int[] at = integers(row, "committedAt");
      assertThat(integers(row, "tokens")).hasSize(6);
      assertThat(row.<Integer>getAs("evaluations")).isEqualTo(6);
      // 0 where a digit is given, and pair after pair
      assertThat(Arrays.stream(at).map(i -> i == 0 ? 0 : (i + 1) / 2))
          .containsExactly(0, 1, 1, 0, 2, 2, 0, 3, 3);
      boolean correct = clozes.checker().check(prompt.prompt(), "", text).correct();
      assertThat(row.<Boolean>getAs("correct")).isEqualTo(correct);
      right += correct ? 1 : 0;
    }
    assertThat(result.metrics())
        .containsEntry("exactMatch", right / (double) rows.size())
        .containsEntry("evaluationsPerRow", 6.);
  }

  @Test
  void aMaskedModelAnswersBehindAPromptAndItsTextEndsAtTheEnd() {
    JobResult result =
        sample(
            "out",
            masked,
            additions,
            "sample.answerLength=12",
            "sample.temperature=1.5",
            "sample.samplesPerPrompt=4",
            "sample.positionOrder=random");
    int end = additions.tokenizer().end();
    List<Row> rows = rows(result);
    assertThat(rows).anyMatch(row -> row.<String>getAs("text").length() < 12);
    for (Row row : rows) {
      int[] tokens = integers(row, "tokens");
      assertThat(tokens).hasSize(12);
      long before = Arrays.stream(tokens).takeWhile(token -> token != end).count();
      assertThat(row.<String>getAs("text")).hasSize((int) before);
    }
  }

  @Test
  void neitherPartitionsNorBatchNorFormatChangeTheTable() {
    List<String> hashes = new ArrayList<>();
    for (boolean other : new boolean[] {false, true}) {
      hashes.add(
          sample(
                  "cut-" + other,
                  masked,
                  additions,
                  "sample.temperature=1",
                  "sample.count=10",
                  "sample.samplesPerPrompt=2",
                  "sample.partitions=" + (other ? 7 : 1),
                  "sample.batch=" + (other ? 5 : 64),
                  "run.format=" + (other ? "json" : "parquet"))
              .contentHash());
    }
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "causal",
            List.of("sample.method=euler"),
            "sample.method (--set) is euler, but a causal-text model is sampled by greedy or"
                + " temperature."),
        Arguments.of(
            "masked",
            List.of("sample.method=greedy"),
            "a masked-text model is sampled by one-per-step or quota or confidence"),
        Arguments.of(
            "masked",
            List.of("sample.method=confidence", "sample.threshold=2"),
            "threshold must be a number from 0 to 1, is 2"),
        Arguments.of(
            "masked",
            List.of("sample.method=saber", "sample.threshold=1"),
            "sample.threshold (--set) is no parameter of sample.method = saber"),
        Arguments.of(
            "masked",
            List.of("sample.method=quota", "sample.rule.kappa=1"),
            "sample.rule.kappa (--set) is no parameter of sample.method = quota"),
        Arguments.of(
            "causal",
            List.of("sample.blockLength=4"),
            "sample.blockLength (--set) is for masked models"),
        Arguments.of(
            "causal",
            List.of("sample.steps=4"),
            "sample.steps (--set) is for models of another kind"),
        Arguments.of(
            "causal",
            List.of("sample.guidance=2"),
            "sample.guidance (--set) is for models of another kind"),
        Arguments.of(
            "causal",
            List.of("sample.temperature=1"),
            "sample.temperature (--set) is for draws; sample.method = greedy draws nothing."),
        Arguments.of(
            "causal",
            List.of("sample.method=temperature", "sample.temperature=0"),
            "sample.temperature (--set) is 0, which is sample.method = greedy."),
        Arguments.of("masked", List.of("sample.topK=4"), "sample.topK (--set) is for draws"),
        Arguments.of("masked", List.of("sample.samplesPerPrompt=2"), "is 2, but nothing is drawn"),
        Arguments.of(
            "markov:countdown",
            List.of(),
            "sample.prompts (--set) is for language models, but sample.model = markov:countdown is"
                + " none."));
  }

  @Test
  void everyRuleOfMaskedModelsCanBeNamed() {
    for (RuleKind rule : RuleKind.values()) {
      JobConfig config = config("named", fillsGaps, clozes, "sample.method=" + rule.label());
      assertThat(
              LanguageRequest.of(config, Kind.MASKED, Optional.empty()).decoding().rule().label())
          .isEqualTo(rule.rule(RuleSettings.NONE).label());
    }
    JobConfig asked =
        config(
            "asked",
            fillsGaps,
            clozes,
            "sample.method=sched",
            "sample.threshold=3",
            "sample.positionOrder=margin",
            "sample.rule.reading=paper");
    assertThat(LanguageRequest.of(asked, Kind.MASKED, Optional.empty()).rule())
        .isEqualTo(
            RuleKind.SCHED.complete(
                RuleSettings.NONE
                    .with("threshold", 3)
                    .with("order", "margin")
                    .with("reading", "paper")));
  }

  @Test
  void aRuleDecidesHowManyForwardsARowTakes() {
    for (String threshold : List.of("0", "1")) {
      JobResult result =
          sample(
              "confidence-" + threshold,
              fillsGaps,
              clozes,
              "sample.count=4",
              "sample.method=confidence",
              "sample.threshold=" + threshold);
      assertThat(result.metrics().get("evaluationsPerRow").doubleValue())
          .isEqualTo(threshold.equals("0") ? 1 : 6);
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void keysThatDoNotGoTogetherAreRefused(String model, List<String> more, String message) {
    String uri = model.contains(":") ? model : shared.resolve(model).toString();
    JobConfig config = config("out", uri, additions, more.toArray(String[]::new));
    assertThatThrownBy(() -> JOB.plan(context(), config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void modelAndPromptsMustGoTogether() {
    String letters =
        LanguageModels.publish(
                shared.resolve("letters"), Kind.MASKED, SymbolTokenizer.of("0123456789abc"))
            .uri();
    assertThatThrownBy(() -> sample("out", letters, additions))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prepare the prompts with the model's tokenizer");
    String digits = publish("digits", Kind.CAUSAL, clozes);
    assertThatThrownBy(() -> sample("out", digits, clozes))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("whose prompts have gaps: a masked model fills them");
    assertThatThrownBy(() -> sample("out", fillsGaps, clozes, "sample.answerLength=9"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sample.answerLength (--set) is for prompts without gaps");
    assertThatThrownBy(() -> sample("out", masked, additions, "sample.answerLength=40"))
        .isInstanceOf(AccelerantException.class)
        .hasMessageContaining("its answer with them; the model reads 32 at most.");
    assertThat(folder.resolve("out/manifest.json")).doesNotExist();
  }

  @Test
  void theDecoderOfTheModelIsObeyedUnlessAMethodIsNamed() {
    Decoder own = Decoder.at(RuleKind.ENTROPY, 1.7, 4);
    String model =
        LanguageModels.publish(folder.resolve("own"), Kind.MASKED, clozes.tokenizer(), own).uri();
    JobResult obeyed = sample("obeyed", model, clozes);
    JobResult asked =
        sample(
            "asked",
            fillsGaps,
            clozes,
            "sample.method=entropy",
            "sample.threshold=1.7",
            "sample.blockLength=4");
    assertThat(obeyed.contentHash()).isEqualTo(asked.contentHash());
    assertThat(obeyed.metrics().get("evaluations").longValue())
        .isEqualTo(rows(obeyed).stream().mapToInt(row -> row.<Integer>getAs("evaluations")).sum())
        .isEqualTo(obeyed.metrics().get("rowsRead").longValue());
    JobConfig moved = config("moved", model, clozes, "sample.threshold=0.2");
    assertThat(LanguageRequest.of(moved, Kind.MASKED, Optional.of(own)).decoding())
        .isEqualTo(Decoder.at(RuleKind.ENTROPY, .2, 4).decoding());
    JobConfig other = config("other", model, clozes, "sample.method=saber");
    assertThat(LanguageRequest.of(other, Kind.MASKED, Optional.of(own)).decoding())
        .isEqualTo(new Decoder(RuleKind.SABER, RuleSettings.NONE, 0).decoding());
    JobConfig wrong = config("wrong", model, clozes, "sample.rule.count=3");
    assertThatThrownBy(() -> LanguageRequest.of(wrong, Kind.MASKED, Optional.of(own)))
        .hasMessageContaining(
            "sample.rule.count (--set) is no parameter of sample.method = entropy");
  }

  /** In float64 with numpy, where {@code sample} has float32. */
  @Test
  void theLoaderWritesTheSameAnswers() throws IOException, InterruptedException {
    Decoder own = Decoder.at(RuleKind.CONFIDENCE, .5, 4);
    Artifact model =
        LanguageModels.publish(folder.resolve("own"), Kind.MASKED, clozes.tokenizer(), own);
    List<Row> rows = rows(sample("answers", model.uri(), clozes));
    Map<Long, Prompt> asked = byId(clozes);
    Path python = Files.createDirectory(folder.resolve("own/python"));
    try (InputStream loader = Decoder.class.getResourceAsStream("load.py")) {
      Files.copy(loader, python.resolve("load.py"));
    }
    String texts =
        rows.stream()
            .map(row -> "\"" + asked.get(row.getLong(0)).prompt() + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
    String written =
        Python.run(
            python,
            "import sys, json; sys.path.insert(0, '.'); import load\n"
                + "for text in json.loads(sys.argv[1]): print(load.fill(text))",
            texts);
    List<String> filled =
        rows.stream()
            .map(
                row -> {
                  Prompt prompt = asked.get(row.getLong(0));
                  int[] tokens = prompt.ids().clone();
                  int[] answer = integers(row, "tokens");
                  int[] open = prompt.open();
                  IntStream.range(0, open.length).forEach(k -> tokens[open[k]] = answer[k]);
                  return Arrays.stream(tokens)
                      .filter(token -> token < clozes.tokenizer().end())
                      .mapToObj(token -> "0123456789".substring(token, token + 1))
                      .collect(Collectors.joining());
                })
            .toList();
    assertThat(written.lines().toList()).isEqualTo(filled);
  }
}
