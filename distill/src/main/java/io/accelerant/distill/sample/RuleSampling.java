package io.accelerant.distill.sample;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Decoded;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.PromptDecoding;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.DiscreteRequest;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedDiscreteModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Sequences of an exact discrete model, all of whose positions are masked, written by a decoder of
 * masked language models: what a rule does where nothing but the rule is to blame.
 */
final class RuleSampling {
  private static final int SHOWN = 10;

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, tokens ARRAY<INT> NOT NULL, text STRING NOT NULL,"
              + " logProbability DOUBLE NOT NULL, evaluations INT NOT NULL, rowsRead INT NOT NULL,"
              + " committedAt ARRAY<INT> NOT NULL");

  private final JobContext context;
  private final JobConfig config;
  private final LanguageRequest request;
  private final DiscreteRequest wanted;

  private RuleSampling(JobContext context, JobConfig config) {
    this.context = context;
    this.config = config;
    this.request = LanguageRequest.ofRule(config);
    this.wanted =
        new DiscreteRequest(
            DiffusionGraph.ABSORB,
            new NoiseSchedule.LogLinear(config.get(SampleKeys.NOISE_EPS)),
            config.find(SampleKeys.LENGTH),
            config.get(SampleKeys.SMOOTHING),
            Optional.empty());
  }

  /** The work, if the configuration names a rule; the model is a discrete one. */
  static Optional<Work> find(JobContext context, JobConfig config) {
    String method = config.get(SampleKeys.METHOD);
    if (config.find(SampleKeys.SAMPLER).isPresent()
        || !LanguageKeys.MASKED_METHODS.contains(method)
        || SampleKeys.PLAIN_METHODS.contains(method)) {
      return Optional.empty();
    }
    String model = config.get(SampleKeys.MODEL);
    if (!model.startsWith("markov:")) {
      throw config.invalid(
          SampleKeys.METHOD,
          Text.of(
              "is %s, a rule for language models and for Markov chains; sample.model = %s is"
                  + " neither.",
              method, model));
    }
    return Optional.of(new RuleSampling(context, config).open());
  }

  private Work open() {
    return Work.on(
        Models.DISCRETE.inputs(SampleJob.model(context, config), wanted),
        output ->
            List.of(
                "open the model " + config.get(SampleKeys.MODEL),
                Text.of(
                    "draw %d samples with %s", config.get(SampleKeys.COUNT), request.describe()),
                "publish the table to " + output),
        this::make);
  }

  private Product make(Run run) {
    OpenedDiscreteModel model = Models.DISCRETE.open(SampleJob.model(context, config), wanted);
    List<Decoded> decoded = decoded(model);
    Alphabet alphabet = model.alphabet().orElse(null);
    List<Row> rows = decoded.stream().map(one -> row(one, alphabet)).toList();
    ArtifactTables.Written written =
        ArtifactTables.write(run, context.spark().createDataFrame(rows, SCHEMA), SampleJob.KIND);
    Map<String, Number> metrics = metrics(decoded);
    return SampleJob.product(
        run,
        written,
        SCHEMA,
        metrics,
        report(metrics, rows),
        "Samples of " + model.description(),
        "`id`, `tokens`, `text`, `logProbability` (nats, of the tokens as they"
            + " were committed), `evaluations`, `rowsRead`, `committedAt` (of each position,"
            + " the evaluation after which it was committed).");
  }

  private List<Decoded> decoded(OpenedDiscreteModel model) {
    ExactMaskedSource source = new ExactMaskedSource(model.source());
    int[] masked = new int[model.source().length()];
    Arrays.fill(masked, model.source().process().mask());
    int count = config.get(SampleKeys.COUNT);
    int[][] rows = new int[count][];
    Arrays.fill(rows, masked);
    MaskedDecoding decoding = request.decoding();
    context.progress().say("drawing %,d samples", count);
    return new PromptDecoding(decoding, 1, config.get(SampleKeys.BATCH), config.get(RunKeys.SEED))
        .run(
            context,
            source,
            LongStream.range(0, count).toArray(),
            rows,
            config.get(SampleKeys.PARTITIONS));
  }

  private static Row row(Decoded one, Alphabet alphabet) {
    return RowFactory.create(
        one.prompt(),
        one.row(),
        SampleJob.text(one.row(), alphabet),
        one.logProbability(),
        one.evaluations(),
        one.rowsRead(),
        one.committedAt());
  }

  private static Map<String, Number> metrics(List<Decoded> decoded) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("samples", decoded.size());
    metrics.put(
        "evaluationsPerRow",
        decoded.stream().mapToInt(Decoded::evaluations).average().orElseThrow());
    metrics.put(
        "rowsReadPerRow", decoded.stream().mapToInt(Decoded::rowsRead).average().orElseThrow());
    metrics.put(
        "meanLogProbability",
        decoded.stream().mapToDouble(Decoded::logProbability).average().orElseThrow());
    return metrics;
  }

  private Report report(Map<String, Number> metrics, List<Row> rows) {
    Table table = Table.of("what", "value");
    table.row("sampler", request.describe());
    metrics.forEach(table::row);
    List<String> texts = new ArrayList<>();
    rows.stream().limit(SHOWN).forEach(row -> texts.add(row.getString(2)));
    return Report.titled("Samples of " + config.get(SampleKeys.MODEL), context.progress()::say)
        .table(table)
        .section("The first samples")
        .code("", String.join("\n", texts));
  }
}
