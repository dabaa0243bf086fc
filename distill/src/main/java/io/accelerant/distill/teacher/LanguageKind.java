package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Buckets;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.AnswerLoss;
import io.accelerant.core.lm.AnswerReduction;
import io.accelerant.core.lm.AnswerScore;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.MaskedAnswerLoss;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.TrainSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A model that answers prompts, causal or masked, trained on the answers of their train split and
 * measured on the validation split.
 */
final class LanguageKind implements TeacherKind {
  private static final int LOOK = 2;
  private static final int SHOWN = 8;
  private static final int SAMPLES = 2;

  private final JobConfig config;
  private final Kind kind;
  private final PromptRows rows;
  private final LanguageStart start;
  private final AnswerMeter meter;
  private final Optional<Until> until;

  LanguageKind(JobContext context, JobConfig config) {
    this.config = config;
    this.kind = kind(config);
    Prompts prompts =
        Prompts.open(
            context.spark(),
            context.hadoop(),
            config.get(TrainTeacherKeys.DATA),
            TrainTeacherKeys.DATA.path());
    this.rows = PromptRows.of(prompts, kind, config);
    this.meter = new AnswerMeter(context, config, rows, kind);
    this.until = Until.of(config);
    until.ifPresent(condition -> condition.requireOneOf(meter.names(), config));
    this.start = LanguageStart.of(context, config, rows, kind);
  }

  private static Kind kind(JobConfig config) {
    return config.get(TrainTeacherKeys.KIND).equals(Kind.CAUSAL.label())
        ? Kind.CAUSAL
        : Kind.MASKED;
  }

  /** What it is trained on and starts from, verified to be of the right kinds; needs no Spark. */
  static List<Artifact> inputs(JobContext context, JobConfig config) {
    Kind kind = kind(config);
    List<Key<?>> unused = new ArrayList<>(List.of(TrainTeacherKeys.T_MIN, TrainTeacherKeys.TIMED));
    if (kind == Kind.CAUSAL) {
      unused.addAll(List.of(TrainTeacherKeys.EVALUATION_DRAWS, TrainTeacherKeys.ANSWER_LENGTH));
    }
    config.refuse(
        unused, Text.of("is not for %s models that answer prompts; leave it out.", kind.label()));
    Until.of(config);
    List<Artifact> inputs = new ArrayList<>();
    inputs.add(
        Artifact.open(config.get(TrainTeacherKeys.DATA), context.hadoop())
            .requireKind(Prompts.KIND, TrainTeacherKeys.DATA.path()));
    LanguageStart.artifact(context, config, kind).ifPresent(inputs::add);
    return inputs;
  }

  private LanguageModel model(float[] parameters) {
    return new LanguageModel(start.network(), parameters, rows.prompts().tokenizer(), kind);
  }

  @Override
  public String description() {
    return Text.of(
        "%s model of answers, %d tokens, rows of up to %d%s%s",
        kind.label(),
        start.network().vocabulary(),
        rows.longest(),
        config.find(TrainTeacherKeys.START).map(uri -> ", from " + uri).orElse(""),
        isAdapted() ? ", adapters alone" : "");
  }

  private boolean isAdapted() {
    return start.trained() != start.network();
  }

  private Loss loss(AnswerReduction reduction) {
    int microBatch =
        Math.min(config.get(TrainSettings.MICRO_BATCH), config.get(TrainSettings.BATCH));
    return kind == Kind.CAUSAL
        ? AnswerLoss.of(start.network(), rows.longest(), microBatch, reduction)
            .withAnswer(rows.answerLength())
        : MaskedAnswerLoss.of(start.network(), rows.longest(), microBatch, reduction)
            .withVocabulary(MaskedVocabulary.of(start.network(), rows.prompts().tokenizer()))
            .withAnswer(rows.answerLength());
  }

  @Override
  public Objective loss() {
    Loss loss = loss(AnswerReduction.MEAN);
    return isAdapted() ? loss.with(Loss.NETWORK, start.trained()) : loss;
  }

  /** One for each length, to train and to measure. */
  @Override
  public int programs() {
    return 2 * Buckets.LIMIT;
  }

  @Override
  public float[] initial(long seed) {
    return start.initial();
  }

  @Override
  public float[] published(float[] trained) {
    return Adapters.merged(start.trained(), trained);
  }

  @Override
  public String lossUnit() {
    return "nats";
  }

  @Override
  public Dataset<Row> training() {
    return rows.records("train");
  }

  @Override
  public Dataset<Row> heldOut() {
    return rows.records("validation");
  }

  @Override
  public HeldOut measured() {
    Loss sum = loss(AnswerReduction.SUM);
    RoundStep step = new AnswerScore(sum);
    Optional<Integer> draws = kind == Kind.CAUSAL ? Optional.of(1) : Optional.empty(); // exact
    return new HeldOut(start.network(), step, AnswerScore::bitsPerToken, draws);
  }

  @Override
  public int measureEvery() {
    return config.get(TrainTeacherKeys.UNTIL_EVERY);
  }

  @Override
  public Map<String, Double> measure(float[] average) {
    return meter.greedy(start.network(), average);
  }

  @Override
  public boolean isEnough(RoundLog log) {
    return until
        .map(condition -> condition.isReachedBy(log.column(condition.metric())[log.rounds() - 1]))
        .orElse(false);
  }

  @Override
  public String look(float[] average) {
    return String.join(" | ", meter.shown(meter.answers(start.network(), average, LOOK)));
  }

  @Override
  public Map<String, Number> metrics(double[] heldOut, float[] average) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    double mean = Arrays.stream(heldOut).average().orElseThrow();
    metrics.put("bitsPerToken", mean);
    if (heldOut.length > 1) {
      double squares = Arrays.stream(heldOut).map(x -> (x - mean) * (x - mean)).sum();
      metrics.put("bitsPerToken.sd", StrictMath.sqrt(squares / (heldOut.length - 1)));
    }
    metrics.putAll(meter.greedy(start.network(), average));
    if (kind == Kind.CAUSAL) {
      metrics.putAll(meter.sampled(start.network(), average, SAMPLES));
    }
    metrics.put("evaluationPrompts", meter.count());
    return metrics;
  }

  @Override
  public void write(ArtifactWriter artifact, float[] average, float[] raw) {
    model(average).write(artifact, raw);
  }

  @Override
  public void writeHalf(ArtifactWriter artifact, float[] average) {
    model(average).writeHalf(artifact);
  }

  @Override
  public void writeAdapter(ArtifactWriter artifact, float[] trained) {
    Adapters.write(artifact, start.trained(), trained);
  }

  @Override
  public float[] read(Artifact artifact) {
    return LanguageModel.read(artifact, Optional.of(kind), "train-teacher").parameters();
  }

  @Override
  public void report(Report report, Map<String, Number> metrics, float[] average) {
    boolean sampled = kind == Kind.CAUSAL;
    Table table =
        sampled
            ? Table.of("part of the task", "exact match", "exact match, drawn at temperature 1")
            : Table.of("part of the task", "exact match, one position a forward");
    List<String> parts = new ArrayList<>(meter.groups());
    parts.add(0, "");
    for (String part : parts) {
      String suffix = part.isEmpty() ? "" : "." + part;
      List<Object> cells = new ArrayList<>(List.of(part.isEmpty() ? "all" : part));
      cells.add(metrics.get(AnswerMeter.EXACT_MATCH + suffix));
      if (sampled) {
        cells.add(metrics.get(AnswerMeter.EXACT_MATCH + ".sampled" + suffix));
      }
      table.row(cells.toArray());
    }
    report
        .section("Answers")
        .paragraph(
            Text.of(
                "The first %d validation prompts, averaged weights; right is what the task's"
                    + " checker calls so, steps on the way with it.",
                meter.count()))
        .table(table)
        .code(
            "text", String.join("\n", meter.shown(meter.answers(start.network(), average, SHOWN))));
  }

  @Override
  public String card(Map<String, Number> metrics) {
    return Text.of(
            """
            A %s transformer that answers prompts. On held-out prompts %s %.3f bits for each token of
            the answer, exact match %.3f over %d prompts, averaged weights. `config.json` has the
            network, and under `language` the tokenizer and its special tokens.%s\
            """,
            kind == Kind.CAUSAL ? "causal" : "masked",
            kind == Kind.CAUSAL ? "it needs" : "it needs at most (a bound)",
            metrics.get("bitsPerToken").doubleValue(),
            metrics.get(AnswerMeter.EXACT_MATCH).doubleValue(),
            meter.count(),
            rows.filled()
                ? Text.of(
                    " Answers are %d positions, ends behind the text with them.",
                    rows.answerLength())
                : "")
        + (isAdapted() ? " The adapters alone are in `adapter/`, as PEFT reads them." : "");
  }
}
