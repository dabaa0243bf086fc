package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Units;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.DiscreteRequest;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedDiscreteModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Draws samples from a model into a table {@code samples} (id, tokens, text). A sample depends on
 * (model, sampler, seed, id) alone, so that the table is the same however the ids are cut. Models
 * of other kinds have their own ways: {@link ContinuousSampling}, {@link LanguageSampling}.
 */
public final class SampleJob implements PublishingJob {
  /** Kind of the artifact, and name of its table. */
  public static final String KIND = "samples";

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.LongType, false)
          .add("tokens", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
          .add("text", DataTypes.StringType, false);

  @Override
  public String name() {
    return "sample";
  }

  @Override
  public String summary() {
    return "Draw samples from a model with a plain or a learned sampler";
  }

  @Override
  public List<Key<?>> keys() {
    return SampleKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    Optional<Work> language = LanguageSampling.find(context, config);
    if (language.isPresent()) {
      return language.get();
    }
    Optional<Work> rule = RuleSampling.find(context, config);
    if (rule.isPresent()) {
      return rule.get();
    }
    config.refuse(
        LanguageKeys.ALL,
        Text.of(
            "is for language models, but sample.model = %s is none.",
            config.get(SampleKeys.MODEL)));
    if (ContinuousSampling.isMeant(context, config)) {
      return new ContinuousSampling(context, config).open();
    }
    requireSampler(config);
    Optional<DiscreteSamplerFormat.Learned> learned = learned(context, config);
    List<Manifest.Parent> inputs =
        new ArrayList<>(Models.DISCRETE.inputs(model(context, config), request(config, learned)));
    learned.ifPresent(found -> inputs.add(found.source()));
    String sampler =
        config
            .find(SampleKeys.SAMPLER)
            .map(s -> "the learned sampler " + s)
            .orElse(config.get(SampleKeys.METHOD));
    return Work.on(
        inputs,
        output ->
            List.of(
                "open the model " + config.get(SampleKeys.MODEL),
                Text.of("draw %d samples with %s", config.get(SampleKeys.COUNT), sampler),
                "publish the table to " + output),
        run -> make(run, learned));
  }

  /** A plain sampler is refused before Spark starts. */
  private static void requireSampler(JobConfig config) {
    config.refuse(
        SampleKeys.CONTINUOUS,
        Text.of(
            "is for continuous models, but sample.model = %s is a discrete one (an onnx: model"
                + " counts as continuous where one of these keys is set).",
            config.get(SampleKeys.MODEL)));
    if (config.find(SampleKeys.SAMPLER).isEmpty()) {
      PlainSamplers.of(config);
    }
  }

  static ModelName model(JobContext context, JobConfig config) {
    return new ModelName(SampleKeys.MODEL, context, config);
  }

  private static Optional<DiscreteSamplerFormat.Learned> learned(
      JobContext context, JobConfig config) {
    Optional<DiscreteSamplerFormat.Learned> learned =
        config
            .find(SampleKeys.SAMPLER)
            .map(
                uri ->
                    SamplerFormat.of(DiscreteSamplerFormat.class, uri, context)
                        .open(uri, config.find(SampleKeys.STEPS), context));
    learned
        .map(DiscreteSamplerFormat.Learned::length)
        .filter(length -> !config.find(SampleKeys.LENGTH).orElse(length).equals(length))
        .ifPresent(
            length -> {
              throw config.invalid(
                  SampleKeys.LENGTH,
                  Text.of("is not %d, for which the sampler was learned.", length));
            });
    return learned;
  }

  private static Product make(Run run, Optional<DiscreteSamplerFormat.Learned> learned) {
    JobContext context = run.context();
    JobConfig config = run.config();
    OpenedDiscreteModel model =
        Models.DISCRETE.open(model(context, config), request(config, learned));
    DiscreteSampler sampler =
        learned.map(found -> found.of(model.source())).orElseGet(() -> PlainSamplers.of(config));
    try (JobDescription description = new JobDescription(context.spark().sparkContext())) {
      context.progress().say("drawing %,d samples", config.get(SampleKeys.COUNT));
      description.set("sample: draw and write");
      ArtifactTables.Written written =
          ArtifactTables.write(run, draw(context, config, model, sampler), KIND);
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("samples", written.rows().count());
      metrics.put("nfe", evaluations(model.source(), sampler));
      return product(
          run,
          written,
          SCHEMA,
          metrics,
          report(context, config, sampler, metrics, written.rows()),
          "Samples of " + model.description(),
          "`id`, `tokens`, `text`.");
    }
  }

  /**
   * A table of samples, however they were drawn, as an artifact.
   *
   * @param title of the card
   * @param columns of the table, for people
   */
  static Product product(
      Run run,
      ArtifactTables.Written written,
      StructType schema,
      Map<String, Number> metrics,
      Report report,
      String title,
      String columns) {
    String fingerprint = TableFingerprint.of(written.rows(), schema);
    return new Product(
        run.draft(KIND, metrics).withTable(written.folder(), fingerprint),
        report.files(),
        run.card(
            title,
            "Table `" + written.folder() + "`: " + columns,
            "import pandas as pd\n\nsamples = " + written.pandas(),
            "Apache-2.0"),
        new Check(
            "the fingerprint of the table",
            fingerprint,
            artifact ->
                TableFingerprint.of(
                    ArtifactTables.read(run.context().spark(), artifact, KIND), schema)));
  }

  private static DiscreteRequest request(
      JobConfig config, Optional<DiscreteSamplerFormat.Learned> learned) {
    return new DiscreteRequest(
        learned
            .map(found -> found.process().graph())
            .orElseGet(() -> DiffusionGraph.ofLabel(config.get(SampleKeys.GRAPH))),
        learned
            .map(found -> found.process().noise())
            .orElseGet(() -> new NoiseSchedule.LogLinear(config.get(SampleKeys.NOISE_EPS))),
        config.find(SampleKeys.LENGTH).or(() -> learned.map(DiscreteSamplerFormat.Learned::length)),
        config.get(SampleKeys.SMOOTHING),
        Optional.empty());
  }

  /** Evaluations of one sample; every sample of a sampler takes as many. */
  private static int evaluations(DiscreteSource source, DiscreteSampler sampler) {
    try (DiscreteModel model = source.open()) {
      return sampler.sample(model, 0, new long[] {0}).evaluations();
    }
  }

  private static Dataset<Row> draw(
      JobContext context, JobConfig config, OpenedDiscreteModel model, DiscreteSampler sampler) {
    Batches batches = new Batches(config.get(SampleKeys.COUNT), config.get(SampleKeys.BATCH));
    long seed = config.get(RunKeys.SEED);
    DiscreteSource source = model.source();
    int length = source.length();
    Alphabet decoder = model.alphabet().orElse(null);
    JavaRDD<Row> rows =
        new Units<>(context, source.stage(), config.get(SampleKeys.PARTITIONS), source::open)
            .rows(
                batches.units(),
                (opened, batch) -> {
                  long[] ids = batches.ids(batch);
                  int[] tokens = sampler.sample(opened, seed, ids).tokens();
                  return IntStream.range(0, ids.length)
                      .mapToObj(b -> row(ids[b], tokens, b * length, length, decoder))
                      .toList();
                });
    return context.spark().createDataFrame(rows, SCHEMA);
  }

  private static Row row(long id, int[] tokens, int from, int length, Alphabet alphabet) {
    int[] own = Arrays.copyOfRange(tokens, from, from + length);
    return RowFactory.create(id, own, text(own, alphabet));
  }

  /**
   * How tokens read.
   *
   * @param alphabet null where tokens are numbers
   */
  static String text(int[] tokens, Alphabet alphabet) {
    return alphabet != null
        ? alphabet.decode(tokens)
        : Arrays.stream(tokens).mapToObj(String::valueOf).collect(Collectors.joining(" "));
  }

  private static Report report(
      JobContext context,
      JobConfig config,
      DiscreteSampler sampler,
      Map<String, Number> metrics,
      Dataset<Row> written) {
    Table table = Table.of("what", "value");
    table.row("sampler", sampler.label());
    metrics.forEach(table::row);
    List<String> texts = new ArrayList<>();
    written
        .orderBy("id")
        .limit(10)
        .collectAsList()
        .forEach(row -> texts.add(row.<String>getAs("text")));
    return Report.titled("Samples of " + config.get(SampleKeys.MODEL), context.progress()::say)
        .table(table)
        .section("The first samples")
        .code("", String.join("\n", texts));
  }
}
