package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.PromptSampling;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.task.Verdict;
import io.accelerant.core.model.Model;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.NetworkMaskedSource;
import io.accelerant.distill.decode.PromptDecoding;
import io.accelerant.distill.measure.AnswerScores;
import io.accelerant.distill.model.Models;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Answers of a language model to prompts, checked, in a table {@code samples}. An answer depends on
 * (model, prompt, settings, seed, sample) alone, so that the table is the same however rows are cut
 * into batches and partitions.
 */
final class LanguageSampling {
  private static final long TOKENS = RandomStream.purpose("sample.token");

  /** Shown in the report. */
  private static final int SHOWN = 10;

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "promptId BIGINT NOT NULL, sample INT NOT NULL, tokens ARRAY<INT> NOT NULL,"
              + " text STRING NOT NULL, logProbability DOUBLE NOT NULL, evaluations INT NOT NULL,"
              + " correct BOOLEAN NOT NULL, falsePositive BOOLEAN NOT NULL,"
              + " committedAt ARRAY<INT> NOT NULL");

  private final JobContext context;
  private final JobConfig config;
  private final Artifact artifact;
  private final LanguageRequest request;
  private final Prompts prompts;
  private final Kind kind;

  private LanguageSampling(JobContext context, JobConfig config, Artifact artifact) {
    this.context = context;
    this.config = config;
    this.artifact = artifact;
    LanguageModel model =
        LanguageModel.require(artifact, Optional.empty(), SampleKeys.MODEL.path());
    this.kind = model.kind();
    Optional<Decoder> own = kind == Kind.MASKED ? Decoder.find(artifact) : Optional.empty();
    this.request = LanguageRequest.of(config, kind, own);
    own.ifPresent(decoder -> context.progress().say("%s", obeyed(decoder)));
    this.prompts =
        Prompts.open(
            context.spark(),
            context.hadoop(),
            config.get(LanguageKeys.PROMPTS),
            LanguageKeys.PROMPTS.path());
    model.requireSame(prompts.tokenizer(), prompts.uri());
    if (prompts.isCloze() && kind == Kind.CAUSAL) {
      throw config.invalid(
          LanguageKeys.PROMPTS,
          Text.of(
              "is %s, whose prompts have gaps: a masked model fills them, %s writes from left to"
                  + " right.",
              prompts.uri(), artifact.uri()));
    }
    if (prompts.isCloze()) {
      config.refuse(
          List.of(LanguageKeys.ANSWER_LENGTH), "is for prompts without gaps, which these have.");
    }
  }

  /** The work, if the configuration is about a language model. */
  static Optional<Work> find(JobContext context, JobConfig config) {
    return Models.artifact(SampleJob.model(context, config))
        .filter(LanguageModel::isOne)
        .map(artifact -> new LanguageSampling(context, config, artifact).open());
  }

  /** Whether and how the model is read as its artifact says. */
  private String obeyed(Decoder own) {
    return config.isGiven(SampleKeys.METHOD)
        ? Text.of(
            "sample.method = %s is used in place of %s in %s",
            request.method(), own.label(), Decoder.FILE)
        : Text.of("%s of the model: %s", Decoder.FILE, request.describe());
  }

  private Work open() {
    return Work.on(
        List.of(
            new Manifest.Parent(Model.KIND, artifact.uri(), artifact.contentHash()),
            prompts.parent()),
        output ->
            List.of(
                Text.of("open the %s model %s", kind.label(), artifact.uri()),
                Text.of(
                    "answer up to %d prompts of the %s split of %s, %d times each, with %s",
                    config.get(SampleKeys.COUNT),
                    config.get(LanguageKeys.SPLIT),
                    prompts.uri(),
                    request.samples(),
                    request.describe()),
                "publish the table to " + output),
        this::make);
  }

  private Product make(Run run) {
    LanguageModel model = LanguageModel.read(artifact, Optional.of(kind), SampleKeys.MODEL.path());
    String split = config.get(LanguageKeys.SPLIT);
    List<Prompt> asked = prompts.first(split, config.get(SampleKeys.COUNT));
    asked.forEach(this::requireNoMask);
    context.progress().say("%,d prompts, %d answers each", asked.size(), request.samples());
    long start = System.nanoTime();
    List<Answer> answers = kind == Kind.CAUSAL ? causal(model, asked) : masked(model, asked);
    double seconds = (System.nanoTime() - start) / 1e9;
    AnswerScores scores = new AnswerScores();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      rows.add(row(answers.get(i), asked.get(i / request.samples()), scores));
    }
    ArtifactTables.Written written =
        ArtifactTables.write(run, context.spark().createDataFrame(rows, SCHEMA), SampleJob.KIND);
    Map<String, Number> metrics = metrics(scores, answers, seconds);
    return SampleJob.product(
        run,
        written,
        SCHEMA,
        metrics,
        report(scores, metrics, asked, rows),
        "Answers of " + artifact.uri(),
        "`promptId`, `sample`, `tokens` (of the answer, its end with them),"
            + " `text`, `logProbability` (nats, of the tokens), `evaluations`, `correct`,"
            + " `falsePositive`, `committedAt` (masked models: of each position of the row,"
            + " the evaluation after which it was committed; 0: given).");
  }

  /** What is given would be read as what is to be answered. */
  private void requireNoMask(Prompt prompt) {
    if (kind == Kind.MASKED && prompts.tokenizer().spellsMask(prompt.ids())) {
      throw new DataException(
          Text.of(
              "%s: prompt %d spells the mask of the tokenizer, which a masked model is to fill in;"
                  + " prepare the prompts anew without that row.",
              prompts.uri(), prompt.id()));
    }
  }

  private Prompts.Longest longest() {
    Prompts.Longest longest = prompts.longest(config.get(LanguageKeys.SPLIT));
    int answer = config.find(LanguageKeys.ANSWER_LENGTH).orElse(longest.answer());
    return new Prompts.Longest(longest.prompt(), answer);
  }

  private List<Answer> causal(LanguageModel model, List<Prompt> asked) {
    int batch = config.get(SampleKeys.BATCH);
    Prompts.Longest longest = longest();
    Generation generation = Generation.of(request.warp(), longest.answer(), prompts.tokenizer());
    try (CausalSource source =
        CausalSource.of(
            context,
            model.network(),
            model.parameters(),
            longest.prompt() + longest.answer(),
            batch,
            EngineSettings.of(config))) {
      return new PromptSampling(
              generation,
              request.samples(),
              batch,
              new Choices.Keyed(config.get(RunKeys.SEED), TOKENS))
              .run(
                  context,
                  source,
                  ids(asked),
                  asked.stream().map(Prompt::promptIds).toArray(int[][]::new),
                  config.get(SampleKeys.PARTITIONS))
              .stream()
              .map(Answer::of)
              .toList();
    }
  }

  private List<Answer> masked(LanguageModel model, List<Prompt> asked) {
    Prompts.Longest longest = longest();
    int row = prompts.isCloze() ? prompts.longest() : longest.prompt() + longest.answer();
    try (NetworkMaskedSource source =
        NetworkMaskedSource.of(
            context,
            model.network(),
            model.vocabulary(),
            model.parameters(),
            row,
            EngineSettings.of(config))) {
      return new PromptDecoding(
              request.decoding(),
              request.samples(),
              config.get(SampleKeys.BATCH),
              config.get(RunKeys.SEED))
              .run(
                  context,
                  source,
                  ids(asked),
                  asked.stream()
                      .map(
                          p ->
                              MaskedDecoding.Request.of(p, 0, longest.answer(), model.mask()).row())
                      .toArray(int[][]::new),
                  config.get(SampleKeys.PARTITIONS))
              .stream()
              .map(Answer::of)
              .toList();
    }
  }

  private static long[] ids(List<Prompt> asked) {
    return asked.stream().mapToLong(Prompt::id).toArray();
  }

  private Row row(Answer answer, Prompt prompt, AnswerScores scores) {
    String text = prompts.tokenizer().decode(answer.tokens());
    Verdict verdict = prompts.checker().check(prompt.prompt(), prompt.answer(), text);
    scores.add(prompt.id(), prompt.task(), verdict);
    return RowFactory.create(
        answer.prompt(),
        answer.sample(),
        answer.tokens(),
        text,
        answer.logProbability(),
        answer.evaluations(),
        verdict.correct(),
        verdict.falsePositive(),
        answer.committedAt());
  }

  private Map<String, Number> metrics(AnswerScores scores, List<Answer> answers, double seconds) {
    Map<String, Number> metrics = new LinkedHashMap<>(scores.metrics());
    metrics.put(
        "evaluationsPerRow",
        answers.stream().mapToInt(Answer::evaluations).average().orElseThrow());
    if (kind == Kind.MASKED) {
      metrics.put("evaluations", answers.stream().mapToLong(Answer::evaluations).sum());
      metrics.put("rowsRead", answers.stream().mapToLong(Answer::rowsRead).sum());
    }
    metrics.put(
        "meanLogProbability",
        answers.stream().mapToDouble(Answer::logProbability).average().orElseThrow());
    metrics.put(
        "tokensPerSecond", answers.stream().mapToLong(a -> a.tokens().length).sum() / seconds);
    return metrics;
  }

  private Report report(
      AnswerScores scores, Map<String, Number> metrics, List<Prompt> asked, List<Row> rows) {
    Table table = Table.of("what", "value");
    table.row("model", artifact.uri());
    table.row("method", request.describe());
    metrics.forEach(table::row);
    List<String> first = new ArrayList<>();
    for (int i = 0; i < Math.min(SHOWN, rows.size()); i++) {
      Prompt prompt = asked.get(i / request.samples());
      first.add(
          Text.of(
              "%d: %s -> %s (%s)",
              prompt.id(),
              prompt.prompt(),
              rows.get(i).getString(3),
              rows.get(i).getBoolean(6) ? "right" : "not right, such as " + prompt.answer()));
    }
    return Report.titled("Answers of " + artifact.uri(), context.progress()::say)
        .table(table)
        .section("The first answers")
        .code("text", String.join("\n", first));
  }
}
