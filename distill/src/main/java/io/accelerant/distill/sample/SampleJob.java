package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.lsd.LsdSchedule;
import io.accelerant.distill.lsd.LsdSchedules;
import io.accelerant.distill.model.DiscreteModels;
import io.accelerant.distill.model.OpenedDiscreteModel;
import io.accelerant.distill.model.onnx.OnnxKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Draws samples from a model into a table {@code samples} (id, tokens, text). A sample depends on
 * (model, sampler, seed, id) alone, so that the table is the same however the ids are cut.
 */
public final class SampleJob implements Job {
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
  public List<String> plan(JobContext context, JobConfig config) {
    if (ContinuousSampling.isMeant(context, config)) {
      return new ContinuousSampling(context, config).plan();
    }
    requireSampler(config);
    Map<String, Object> identity = identity(context, config);
    String output = requireFree(context, config, identity);
    String sampler =
        config
            .find(SampleKeys.SAMPLER)
            .map(s -> "the learned sampler " + s)
            .orElse(config.get(SampleKeys.METHOD));
    return List.of(
        "open the model " + config.get(SampleKeys.MODEL),
        "draw %d samples with %s".formatted(config.get(SampleKeys.COUNT), sampler),
        "publish the table to " + output);
  }

  /** A plain sampler is refused before Spark starts. */
  private static void requireSampler(JobConfig config) {
    config.refuse(
        SampleKeys.CONTINUOUS,
        "is for continuous models, but sample.model = %s is a discrete one (an onnx: model counts as continuous where one of these keys is set)."
            .formatted(config.get(SampleKeys.MODEL)));
    if (config.find(SampleKeys.SAMPLER).isEmpty()) {
      PlainSamplers.of(config);
    }
  }

  private static Map<String, Object> identity(JobContext context, JobConfig config) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    DiscreteModels.inputs(config.get(SampleKeys.MODEL), context, config, SampleKeys.MODEL)
        .forEach(parent -> identity.put("input." + parent.role(), parent.contentHash()));
    schedules(context, config)
        .ifPresent(
            s -> {
              schedule(s, config);
              identity.put("input.sampler", s.source().contentHash());
            });
    return identity;
  }

  private static Optional<LsdSchedules> schedules(JobContext context, JobConfig config) {
    return config.find(SampleKeys.SAMPLER).map(uri -> LsdSchedules.open(uri, context.hadoop()));
  }

  private static LsdSchedule schedule(LsdSchedules schedules, JobConfig config) {
    LsdSchedule schedule = schedules.schedule(config.find(SampleKeys.STEPS));
    if (config.find(SampleKeys.LENGTH).orElse(schedule.length()) != schedule.length()) {
      throw config.invalid(
          SampleKeys.LENGTH,
          "is not %d, for which the sampler was learned.".formatted(schedule.length()));
    }
    return schedule;
  }

  static String requireFree(JobContext context, JobConfig config, Map<String, Object> identity) {
    return Versions.requireFree(
        config.get(RunKeys.OUTPUT), context.hadoop(), StageStore.resumeKey(identity));
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    if (ContinuousSampling.isMeant(context, config)) {
      return new ContinuousSampling(context, config).run();
    }
    requireSampler(config);
    Map<String, Object> identity = identity(context, config);
    requireFree(context, config, identity);
    Optional<LsdSchedules> schedules = schedules(context, config);
    Optional<LsdSchedule> learned = schedules.map(s -> schedule(s, config));
    OpenedDiscreteModel model = open(context, config, learned);
    DiscreteSampler sampler =
        learned.isPresent()
            ? learned.get().requireModel(model.source()).sampler("learned")
            : PlainSamplers.of(config);
    Claim claim = Claim.of(StageStore.resumeKey(identity));
    try (ArtifactWriter artifact =
            ArtifactWriter.claim(
                config.get(RunKeys.OUTPUT), context.hadoop(), claim, context.force());
        JobDescription description = new JobDescription(context.spark().sparkContext())) {
      context.progress().say("drawing %,d samples", config.get(SampleKeys.COUNT));
      description.set("sample: draw and write");
      String folder =
          ArtifactTables.write(
              draw(context, config, model, sampler), KIND, artifact, config.get(RunKeys.FORMAT));
      Dataset<Row> written = ArtifactTables.written(context.spark(), artifact, folder);
      String fingerprint = fingerprint(written);
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("samples", written.count());
      metrics.put("nfe", evaluations(model.source(), sampler));
      artifact.writeJson("metrics.json", metrics);
      report(context, config, sampler, metrics, written).files().forEach(artifact::write);
      artifact.write(
          "README.md", card(config, folder, model).markdown().getBytes(StandardCharsets.UTF_8));
      ManifestDraft draft =
          ManifestDraft.of(KIND, name(), config)
              .withTable(folder, fingerprint)
              .withMetrics(metrics);
      for (Manifest.Parent parent : model.parents()) {
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      if (schedules.isPresent()) {
        Manifest.Parent parent = schedules.get().source();
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      Manifest manifest = artifact.commit(draft);
      reproduce(context, artifact.uri(), fingerprint);
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
  }

  private static OpenedDiscreteModel open(
      JobContext context, JobConfig config, Optional<LsdSchedule> learned) {
    DiscreteModels.Request request =
        new DiscreteModels.Request(
            config.get(SampleKeys.MODEL),
            learned
                .map(s -> s.process().graph())
                .orElseGet(() -> DiffusionGraph.ofLabel(config.get(SampleKeys.GRAPH))),
            learned
                .map(s -> s.process().noise())
                .orElseGet(() -> new NoiseSchedule.LogLinear(config.get(SampleKeys.NOISE_EPS))),
            config.find(SampleKeys.LENGTH).or(() -> learned.map(LsdSchedule::length)),
            config.get(SampleKeys.SMOOTHING),
            Optional.empty(),
            false);
    return DiscreteModels.open(request, context, config, SampleKeys.MODEL);
  }

  /** Evaluations of one sample; every sample of a sampler takes as many. */
  private static int evaluations(DiscreteSource source, DiscreteSampler sampler) {
    try (DiscreteModel teacher = source.open()) {
      return sampler.sample(teacher, 0, new long[] {0}).evaluations();
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
        new Units<>(
                context,
                OnnxKeys.stage(context, config),
                config.get(SampleKeys.PARTITIONS),
                source::open)
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
    String text =
        alphabet != null
            ? alphabet.decode(own)
            : Arrays.stream(own).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    return RowFactory.create(id, own, text);
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

  private static ModelCard card(JobConfig config, String folder, OpenedDiscreteModel model) {
    return new ModelCard(
        "Samples of " + model.description(),
        "Table `%s`: `id`, `tokens`, `text`.".formatted(folder),
        List.of(ModelCard.command("sample", config)),
        folder.equals(KIND)
            ? "import pandas as pd\n\nsamples = pd.read_parquet(\"samples\")"
            : "import glob\nimport pandas as pd\n\nsamples = pd.concat(pd.read_json(f, lines=True) for f in sorted(glob.glob(\"samples.jsonl/*.json\")))",
        model.parents().stream().map(p -> new ModelCard.Parent(p.uri(), p.contentHash())).toList(),
        "Apache-2.0");
  }

  /** In the types of the table: JSON lines do not keep those of numbers. */
  private static String fingerprint(Dataset<Row> table) {
    Column[] typed =
        Arrays.stream(SCHEMA.fields())
            .map(field -> functions.col(field.name()).cast(field.dataType().catalogString()))
            .toArray(Column[]::new);
    return TableFingerprint.of(table.select(typed));
  }

  /** Reads the published table back: its fingerprint must be the recorded one. */
  private static void reproduce(JobContext context, String uri, String fingerprint) {
    Artifact artifact = Artifact.open(uri, context.hadoop());
    String again = fingerprint(ArtifactTables.read(context.spark(), artifact, KIND));
    if (!again.equals(fingerprint)) {
      throw new IllegalStateException(
          "The published table does not read back as written; the artifact "
              + uri
              + " should not be used.");
    }
  }
}
