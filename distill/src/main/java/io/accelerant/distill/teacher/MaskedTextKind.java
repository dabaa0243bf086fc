package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.model.network.MaskedTextModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A masked diffusion model of text, trained on the teacher's half of a corpus' train split, so that
 * a judge counted on the other half has read none of it; measured on the validation split.
 */
final class MaskedTextKind implements TeacherKind {
  private static final StructType RECORD = StructType.fromDDL("id BIGINT, record BINARY");
  private static final double NOISE_EPS = 1e-3;
  private static final int LOOK_STEPS = 32;
  private static final int LOOK_ROWS = 2;
  private static final int SHOWN = 8;

  private final JobContext context;
  private final JobConfig config;
  private final Corpus corpus;
  private final TokenNetwork network;

  MaskedTextKind(JobContext context, JobConfig config) {
    this.context = context;
    this.config = config;
    this.corpus =
        Corpus.open(
            context.spark(),
            context.hadoop(),
            config.get(TrainTeacherKeys.DATA),
            TrainTeacherKeys.DATA.path());
    this.network = TextNetworks.of(config, corpus.alphabet().size() + 1, corpus.length());
  }

  /** The artifact it is trained on, verified to be one; needs no Spark. */
  static Artifact data(JobContext context, JobConfig config) {
    return Artifact.open(config.get(TrainTeacherKeys.DATA), context.hadoop())
        .requireKind(Corpus.KIND, TrainTeacherKeys.DATA.path());
  }

  private MaskedTextModel model(float[] average) {
    return new MaskedTextModel(
        network,
        average,
        corpus.alphabet(),
        corpus.length(),
        new NoiseSchedule.LogLinear(NOISE_EPS));
  }

  @Override
  public String description() {
    return Text.of(
        "masked text model, %d layers of width %d, windows of %d over %s",
        config.get(TrainTeacherKeys.LAYERS),
        config.get(TrainTeacherKeys.WIDTH),
        corpus.length(),
        corpus.alphabet().label());
  }

  @Override
  public Loss loss() {
    return new MaskedTextLoss(
        network,
        model(new float[0]).process(),
        corpus.length(),
        config.get(TrainTeacherKeys.T_MIN),
        Math.min(config.get(TrainSettings.MICRO_BATCH), config.get(TrainSettings.BATCH)));
  }

  @Override
  public InitialScale initialScale() {
    return TrainTeacherKeys.initialScale(config);
  }

  @Override
  public String lossUnit() {
    return "nats";
  }

  @Override
  public Dataset<Row> training() {
    return records(corpus.train(Corpus.Half.TEACHER));
  }

  @Override
  public Dataset<Row> heldOut() {
    return records(corpus.split("validation"));
  }

  private Dataset<Row> records(Dataset<Row> windows) {
    Alphabet alphabet = corpus.alphabet();
    MapFunction<Row, Row> pack =
        row ->
            RowFactory.create(
                row.getLong(0), MaskedTextLoss.record(alphabet.encode(row.getString(1))));
    return windows.select("id", "text").map(pack, Encoders.row(RECORD));
  }

  @Override
  public String look(float[] average) {
    return String.join(" | ", sample(average, LOOK_ROWS));
  }

  private String[] sample(float[] average, int count) {
    GridSampler sampler =
        new GridSampler(
            "euler",
            new Euler(),
            GridSampler.uniformTimes(LOOK_STEPS, config.get(TrainTeacherKeys.T_MIN)),
            ScoreTransform.IDENTITY,
            true);
    long[] ids = new long[count];
    Arrays.setAll(ids, i -> i);
    try (DiscreteModel teacher = model(average).open(context, config)) {
      int[] tokens = sampler.sample(teacher, config.get(RunKeys.SEED), ids).tokens();
      String[] texts = new String[count];
      int length = corpus.length();
      Arrays.setAll(texts, i -> corpus.alphabet().decode(tokens, i * length, (i + 1) * length));
      return texts;
    }
  }

  @Override
  public Map<String, Number> metrics(double[] heldOut, float[] average) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    double mean = Arrays.stream(heldOut).average().orElseThrow();
    double squares = Arrays.stream(heldOut).map(x -> (x - mean) * (x - mean)).sum();
    HeldOutText text = HeldOutText.of(corpus);
    double bits = StrictMath.log(2) * text.charsPerSymbol();
    metrics.put("bitsPerChar", mean / bits);
    metrics.put("bitsPerChar.sd", StrictMath.sqrt(squares / (heldOut.length - 1)) / bits);
    text.controls().forEach((name, value) -> metrics.put("control." + name, value));
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
  public float[] read(Artifact artifact) {
    return MaskedTextModel.read(artifact, "train-teacher").parameters();
  }

  @Override
  public void report(Report report, Map<String, Number> metrics, float[] average) {
    Table table = Table.of("model of the text", "bits per character on held-out windows");
    table.row("this network (upper bound, averaged weights)", metrics.get("bitsPerChar"));
    HeldOutText.rows(metrics, table);
    double best = metrics.get("bitsPerChar").doubleValue();
    double trigram = metrics.get("control." + HeldOutText.trigram(corpus)).doubleValue();
    report
        .section("Held-out text")
        .table(table)
        .paragraph(
            best < trigram
                ? Text.of(
                    "Verdict: the bound is %.3f bits below the trigram model of letters.",
                    trigram - best)
                : Text.of(
                    "Verdict: the bound is NOT below the trigram model (%.3f bits above); train"
                        + " longer or a larger network.",
                    best - trigram))
        .section("Samples, 32 Euler steps")
        .code("text", String.join("\n", sample(average, SHOWN)));
  }

  @Override
  public String card(Map<String, Number> metrics) {
    return Text.of(
        """
        A bidirectional transformer that predicts the symbols of a window in which some are MASK.
        Held-out bound: %.3f bits per character (sd %.3f over draws of times), averaged weights.
        `config.json` has the network, and under `diffusion` alphabet, length, MASK and noise.\
        """,
        metrics.get("bitsPerChar").doubleValue(), metrics.get("bitsPerChar.sd").doubleValue());
  }
}
