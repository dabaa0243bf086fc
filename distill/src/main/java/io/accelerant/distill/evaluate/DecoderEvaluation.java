package io.accelerant.distill.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Model;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.DecoderKeys;
import io.accelerant.distill.decode.NetworkMaskedSource;
import io.accelerant.distill.decode.compare.Calibration;
import io.accelerant.distill.decode.compare.CalibrationMeter;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.DecoderComparison;
import io.accelerant.distill.decode.compare.Judged;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decoders of a masked language model, on the same prompts: right answers against evaluations and
 * time, and how calibrated the model is.
 */
final class DecoderEvaluation {
  static final Key<String> MODEL =
      Key.string(
              "evaluate.model",
              "URI of a masked language model: instead of samples, its decoders are compared on"
                  + " evaluate.prompts")
          .optional();
  static final Key<String> SPLIT =
      Key.string("evaluate.split", "With evaluate.model: part of the prompts")
          .oneOf(Prompts.SPLITS.toArray(String[]::new))
          .withDefault("test");
  static final Key<Integer> COUNT =
      Key.integer("evaluate.count", "With evaluate.model: prompts, the first by id, at most")
          .between(1, 1_000_000)
          .withDefault(400);
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "evaluate.answerLength",
              "With evaluate.model: positions of an answer, its end with them; default: those of"
                  + " the longest answer of the split. Not for prompts with gaps")
          .between(1, 1_000_000)
          .optional();
  static final Key<List<Double>> MATCH =
      Key.numbers(
              "evaluate.match",
              "With evaluate.model: shares of right answers at which evaluations are compared")
          .between(0, 1)
          .withDefault(List.of(.9, .95, .975));
  static final Key<Integer> BATCH =
      Key.integer(
              "evaluate.batch",
              "With evaluate.model: prompts that are answered together; no answer depends on it,"
                  + " but seconds do")
          .between(1, 65536)
          .withDefault(64);
  static final Key<Integer> PARTITIONS =
      Key.integer("evaluate.partitions", "With evaluate.model: Spark partitions; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  static final DecoderKeys DECODERS = new DecoderKeys("evaluate");

  /** All but {@link #MODEL}. */
  private static final List<Key<?>> ITS = its();

  static final List<Key<?>> KEYS = keys();

  private static final String SCORES = "scores.json";
  private static final String ARM = "model";
  private static final int BINS = 10;

  private final JobContext context;
  private final JobConfig config;
  private final List<Decoder> decoders;
  private final Artifact artifact;
  private final Prompts prompts;

  private DecoderEvaluation(JobContext context, JobConfig config, String model) {
    this.context = context;
    this.config = config;
    config.refuse(
        List.of(EvaluateJob.SAMPLES, EvaluateJob.REFERENCE, EvaluateJob.ORDER, EvaluateJob.LAMBDA),
        "is for samples; evaluate.model compares decoders.");
    this.decoders = DECODERS.of(config);
    String uri =
        config
            .find(EvaluateJob.PROMPTS)
            .orElseThrow(
                () ->
                    config.invalid(
                        EvaluateJob.PROMPTS, "is required with evaluate.model: what to answer."));
    this.artifact = Artifact.open(model, context.hadoop());
    LanguageModel language =
        LanguageModel.require(artifact, Optional.of(Kind.MASKED), MODEL.path());
    this.prompts = Prompts.open(context.spark(), context.hadoop(), uri, EvaluateJob.PROMPTS.path());
    language.requireSame(prompts.tokenizer(), prompts.uri());
    if (prompts.isCloze()) {
      config.refuse(List.of(ANSWER_LENGTH), "is for prompts without gaps, which these have.");
    }
  }

  private static List<Key<?>> its() {
    List<Key<?>> keys =
        new ArrayList<>(List.of(SPLIT, COUNT, ANSWER_LENGTH, MATCH, BATCH, PARTITIONS));
    keys.addAll(DECODERS.all());
    return List.copyOf(keys);
  }

  private static List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(List.of(MODEL));
    keys.addAll(ITS);
    return List.copyOf(keys);
  }

  /** The work, if a model is named. */
  static Optional<Work> find(JobContext context, JobConfig config) {
    Optional<String> model = config.find(MODEL);
    if (model.isEmpty()) {
      config.refuse(ITS, "is for decoders of a model; set evaluate.model.");
    }
    return model.map(uri -> new DecoderEvaluation(context, config, uri).open());
  }

  private Work open() {
    return Work.on(
        List.of(
            new Manifest.Parent(Model.KIND, artifact.uri(), artifact.contentHash()),
            prompts.parent()),
        output ->
            List.of(
                Text.of(
                    "answer up to %d prompts of the %s split of %s by %d decoders of %s",
                    config.get(COUNT),
                    config.get(SPLIT),
                    prompts.uri(),
                    decoders.size(),
                    artifact.uri()),
                "publish the evaluation to " + output),
        this::make);
  }

  private Product make(Run run) {
    LanguageModel model = LanguageModel.read(artifact, Optional.of(Kind.MASKED), MODEL.path());
    Asked asked =
        Asked.of(prompts, config.get(SPLIT), config.get(COUNT), config.find(ANSWER_LENGTH));
    context.progress().say("%,d prompts, %d decoders", asked.prompts().size(), decoders.size());
    int batch = config.get(BATCH);
    long seed = config.get(RunKeys.SEED);
    Compared compared;
    Calibration calibration;
    try (NetworkMaskedSource source =
        NetworkMaskedSource.of(
            context,
            model.network(),
            model.vocabulary(),
            model.parameters(),
            asked.longest(),
            EngineSettings.of(config))) {
      compared =
          new DecoderComparison(decoders, batch, seed)
              .run(context, source, asked, model.mask(), config.get(PARTITIONS));
      calibration =
          new CalibrationMeter(BINS, batch, seed)
              .run(context, source, asked.prompts(), config.get(PARTITIONS));
    }
    return product(run, compared, calibration);
  }

  private Product product(Run run, Compared compared, Calibration calibration) {
    Map<String, String> tables =
        DecoderTables.write(
            run, List.of(new Judged(ARM, run.config().get(RunKeys.SEED), compared)));
    DecoderReport report = new DecoderReport(compared, calibration, config.get(MATCH));
    Map<String, Number> metrics = report.metrics();
    run.artifact().writeJson(SCORES, metrics); // what took time is no part of them
    metrics.put("seconds", report.seconds());
    return new Product(
        run.draft("evaluation", metrics).withIdentityFile(SCORES).withTables(tables),
        report.of(artifact.uri(), prompts.uri(), context.progress()::say).files(),
        run.card(
            "Decoders of " + artifact.uri(),
            Text.of(
                "Table `%s`, a row for each decoder and value of its knob (`threshold`): means over"
                    + " prompts of right answers, evaluations, those up to the answer's end and rows"
                    + " read; seconds in tasks. Table `%s`, each answer. See `report.md`.",
                DecoderTables.CURVE, DecoderTables.DECODED),
            "import json\n\nmetrics = json.load(open(\"metrics.json\"))",
            "That of the model and the prompts."),
        new Check("right answers of all decoders", right(compared), this::right));
  }

  private static long right(Compared compared) {
    long right = 0;
    for (boolean[] point : compared.correct()) {
      for (boolean one : point) {
        right += one ? 1 : 0;
      }
    }
    return right;
  }

  private long right(Artifact published) {
    return ArtifactTables.read(context.spark(), published, DecoderTables.DECODED)
        .agg(sum(col("correct").cast("bigint")))
        .head()
        .getLong(0);
  }
}
