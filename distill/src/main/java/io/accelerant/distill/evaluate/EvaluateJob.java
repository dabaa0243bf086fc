package io.accelerant.distill.evaluate;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.TextMetrics;
import io.accelerant.core.lm.TextScoring;
import io.accelerant.core.lm.TextScoring.Scored;
import io.accelerant.core.model.Model;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.network.TrainingCorpus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code evaluate}: samples against real text. The judge is an n-gram model of one half of the
 * reference's training documents, the half that no teacher reads; every metric of the samples
 * stands beside the same metric of as much held-out real text. Answers to prompts are checked
 * instead: {@link AnswerEvaluation}; a masked language model is read by many decoders: {@link
 * DecoderEvaluation}.
 */
public final class EvaluateJob implements PublishingJob {
  static final Key<String> SAMPLES =
      Key.string(
              "evaluate.samples",
              "URI of a samples artifact, or of Parquet, JSON lines (column tokens or text; answers"
                  + " to prompts with promptId) or text; required unless evaluate.model is set")
          .optional();
  static final Key<String> PROMPTS =
      Key.string(
              "evaluate.prompts",
              "URI of the prompts artifact that the samples answer, or evaluate.model is to; default:"
                  + " that which a samples artifact names")
          .optional();
  static final Key<String> REFERENCE =
      Key.string(
              "evaluate.reference",
              "Samples of text: URI of the corpus artifact to compare with, or of a model artifact:"
                  + " then the corpus that it was trained on")
          .optional();
  static final Key<Integer> ORDER =
      Key.integer("evaluate.judgeOrder", "n of the n-gram judge").between(2, 9).withDefault(5);

  static final Key<Double> LAMBDA =
      Key.number(
              "evaluate.judgeLambda",
              "Weight of the next lower order in the judge, in counts per symbol seen after a"
                  + " context")
          .between(1e-6, 1e6)
          .withDefault(1.0);

  private static final String CONFIG = "config.json";
  private static final String METRICS = "metrics.json";

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "Compare samples with held-out text, check answers to prompts, or compare decoders";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(List.of(SAMPLES, REFERENCE, PROMPTS, ORDER, LAMBDA));
    keys.addAll(DecoderEvaluation.KEYS);
    return RunKeys.and(keys);
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    Optional<Work> decoders = DecoderEvaluation.find(context, config);
    if (decoders.isPresent()) {
      return decoders.get();
    }
    if (config.find(SAMPLES).isEmpty()) {
      throw config.invalid(
          SAMPLES, "is required: samples, or evaluate.model to compare decoders of a model.");
    }
    return AnswerEvaluation.find(context, config).orElseGet(() -> ofText(context, config));
  }

  private static Work ofText(JobContext context, JobConfig config) {
    Corpus reference = reference(context, config);
    requireOrder(config, reference);
    SampleTable samples = SampleTable.open(context, config.get(SAMPLES), reference.alphabet());
    return Work.on(
        List.of(
            new Manifest.Parent("samples", samples.uri(), samples.hash()),
            new Manifest.Parent("reference", reference.uri(), reference.contentHash())),
        output ->
            List.of(
                Text.of(
                    "fit a %d-gram judge on half of the training documents of %s",
                    config.get(ORDER), reference.uri()),
                "score the samples of " + samples.uri(),
                "score as much text of the test split",
                "publish the evaluation to " + output),
        run -> make(run, samples, reference));
  }

  private static Corpus reference(JobContext context, JobConfig config) {
    String uri =
        config
            .find(REFERENCE)
            .orElseThrow(
                () ->
                    config.invalid(
                        REFERENCE,
                        "is required for samples of text: a corpus; for answers to prompts set"
                            + " evaluate.prompts."));
    Optional<Artifact> model =
        Artifact.find(uri, context.hadoop()).filter(a -> a.manifest().kind().equals(Model.KIND));
    String corpus = uri;
    if (model.isPresent()) {
      corpus =
          TrainingCorpus.of(model.get(), context)
              .orElseThrow(
                  () ->
                      config.invalid(
                          REFERENCE,
                          Text.of(
                              "is the model %s, which does not say what it was trained on; name a"
                                  + " corpus artifact.",
                              uri)))
              .uri();
    }
    return Corpus.open(context.spark(), context.hadoop(), corpus, REFERENCE.path());
  }

  private static void requireOrder(JobConfig config, Corpus reference) {
    try {
      new NgramCounts(config.get(ORDER), reference.alphabet().size());
    } catch (IllegalArgumentException e) {
      throw config.invalid(ORDER, "is too high: " + e.getMessage() + ".");
    }
  }

  private static Product make(Run run, SampleTable samples, Corpus reference) {
    NgramModel judge =
        TextScoring.fit(
            required(reference.train(Corpus.Half.JUDGE), reference, "judge's half"),
            reference.alphabet(),
            run.config().get(ORDER),
            run.config().get(LAMBDA));
    run.context().progress().say("judge: %d-gram, model %s", judge.order(), judge.modelHash());
    Scored scored = TextScoring.score(samples.table(), reference.alphabet(), judge);
    Scored real = real(reference, scored, judge);
    TextMetrics generated = metrics(scored, judge, samples.uri());
    TextMetrics heldOut = metrics(real, judge, reference.uri());
    Map<String, Number> metrics = new LinkedHashMap<>(generated.flat(""));
    metrics.putAll(heldOut.flat("reference."));
    run.artifact().writeJson(CONFIG, describe(samples, reference, judge));
    return new Product(
        run.draft("evaluation", metrics).withIdentityFile(METRICS),
        report(run.context(), reference, judge, generated, heldOut).files(),
        run.card(
            "Evaluation of samples",
            "Metrics in `metrics.json`, with those of real text under `reference.`; see"
                + " `report.md`.",
            "import json\n\nmetrics = json.load(open(\"metrics.json\"))",
            "That of the samples and the reference."),
        new Check(
            "judgeNll",
            generated.judgeNll(),
            artifact -> artifact.readJson(METRICS).get("judgeNll")));
  }

  /** As many windows of the test split as there are symbols in the samples, or all. */
  private static Scored real(Corpus reference, Scored scored, NgramModel judge) {
    Dataset<Row> test = required(reference.split("test"), reference, "test split");
    long windows = Math.max(1, scored.counts().symbols() / reference.length());
    if (windows < test.count()) {
      // Ids follow from hashes of documents, so that the first are as good as any.
      test = test.orderBy("id").limit((int) windows).repartition(test.rdd().getNumPartitions());
    }
    return TextScoring.score(test, reference.alphabet(), judge);
  }

  private static Dataset<Row> required(Dataset<Row> windows, Corpus reference, String what) {
    if (windows.isEmpty()) {
      throw new DataException(
          Text.of(
              "The %s of %s has no windows; prepare a larger corpus or another prepareText.split.",
              what, reference.uri()));
    }
    return windows;
  }

  private static TextMetrics metrics(Scored scored, NgramModel judge, String uri) {
    TextMetrics metrics = scored.metrics(judge.bigramLaw());
    if (Double.isNaN(metrics.distinct4())) {
      throw new DataException(uri + ": no row has four symbols, which distinct4 needs.");
    }
    return metrics;
  }

  private static Map<String, Object> describe(
      SampleTable samples, Corpus reference, NgramModel judge) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("kind", "evaluation");
    description.put("samples", samples.hash());
    description.put("reference", reference.contentHash());
    description.put("judge", "n-gram, Witten-Bell, judge's half of the train split");
    description.put("judgeOrder", judge.order());
    description.put("judgeLambda", judge.lambda());
    description.put("judgeHash", judge.modelHash());
    return description;
  }

  private static Report report(
      JobContext context,
      Corpus reference,
      NgramModel judge,
      TextMetrics generated,
      TextMetrics heldOut) {
    Table table =
        Table.of("metric", "samples", "real text", "unit")
            .row("judge NLL", nll(generated), nll(heldOut), "nats per symbol, mean ± sd of samples")
            .row("entropy", generated.entropy(), heldOut.entropy(), "nats per symbol")
            .row("4-gram entropy", generated.entropy4(), heldOut.entropy4(), "nats per 4-gram")
            .row("distinct 4-grams", generated.distinct4(), heldOut.distinct4(), "share")
            .row("bigram distance", generated.bigramTv(), heldOut.bigramTv(), "total variation")
            .row("samples", generated.samples(), heldOut.samples(), "")
            .row("symbols", generated.symbols(), heldOut.symbols(), "");
    return Report.titled("Samples against real text", context.progress()::say)
        .paragraph(
            Text.of(
                """
                Real text: windows of the test split of `%s` (content hash `%s`), as many symbols as the
                samples have if there are so many, since 4-gram entropy, distinct 4-grams and the bigram
                distance depend on the amount of text. Judge and bigram law: a %d-gram model (back-off
                weight %s, model hash `%s`) of the half of the training documents that no teacher reads.\
                """,
                reference.uri(),
                reference.contentHash(),
                judge.order(),
                Table.number(judge.lambda(), 4),
                judge.modelHash()))
        .table(table)
        .paragraph(
            "A judge NLL below that of real text together with a lower entropy means that the"
                + " sampler prefers likely text, not that it is better than real text.");
  }

  private static Spread nll(TextMetrics metrics) {
    return new Spread(metrics.judgeNll(), metrics.judgeNllSd());
  }
}
