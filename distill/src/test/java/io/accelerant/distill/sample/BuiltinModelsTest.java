package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.ForwardProcess;
import io.accelerant.distill.discrete.Scores;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.MaskedTextModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The models that come along: whole, small enough, and as good as their manifests say. */
class BuiltinModelsTest extends SparkTest {
  private static final int BATCH = 16;
  private static final int BATCHES = 40;

  @TempDir Path folder;

  static List<String> all() {
    return Artifact.builtins();
  }

  @ParameterizedTest
  @MethodSource("all")
  void isWholeSmallAndTellsWhatMadeIt(String uri) {
    Artifact artifact = Artifact.open(uri, new Configuration());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().file("model.safetensors").orElseThrow().size())
        .isLessThan(4 << 20);
    assertThat(new String(artifact.read("README.md")))
        .contains("accelerant train-teacher", "trainTeacher.weights=float16");
  }

  /**
   * The task draws other prompts than the 200 that the manifest's number was measured on: tolerances
   * are at least two standard errors of that number.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cloze-chain   | task:cloze-chain   | exactMatch         | .025 |",
        "additions     | task:addition      | exactMatch.sampled | .025 |",
        "slips         | task:addition      | exactMatch.sampled | .08  |",
        "modular-chain | task:modular-chain | exactMatch.sampled | .06  |",
        "plus-minus    | task:skill-pool    | exactMatch.sampled | .025 | mastered = 1, learnable = 0",
        "skill-pool    | task:skill-pool    | exactMatch.sampled | .06  | mastered = .8, learnable = .2"
      })
  void answersAsItsManifestSays(
      String name, String task, String metric, double tolerance, String pool) {
    List<String> sets = new ArrayList<>(List.of("preparePrompts.count=2000"));
    if (pool != null) {
      sets.add("preparePrompts.skillPool={" + pool + ", noise = 0, duplicates = 0}");
    }
    String prompts = prompts(task, sets);
    JobResult result =
        run(
            new SampleJob(),
            "run.output=" + folder.resolve("answers"),
            "sample.model=builtin:" + name,
            "sample.prompts=" + prompts,
            "sample.count=600");
    assertThat(metric(result.metrics(), "exactMatch"))
        .isCloseTo(said(name, metric), within(tolerance));
    assertThat(
            Artifact.open(result.artifact(), context().hadoop()).manifest().parents().stream()
                .map(parent -> parent.uri()))
        .contains("builtin:" + name);
  }

  private String prompts(String source, List<String> more) {
    List<String> sets = new ArrayList<>(more);
    String uri = folder.resolve("prompts").toString();
    sets.add("run.output=" + uri);
    sets.add("run.seed=7");
    sets.add("preparePrompts.source=" + source);
    if (source.startsWith("task:")) {
      sets.add("preparePrompts.equalPrompts=keep");
      sets.add("preparePrompts.split=[0.5, 0.1, 0.4]");
    }
    run(new PreparePromptsJob(), sets.toArray(String[]::new));
    return uri;
  }

  private static JobResult run(Job job, String... sets) {
    return job.run(context(), JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  private static double said(String name, String metric) {
    return metric(
        Artifact.open("builtin:" + name, context().hadoop()).manifest().metrics(), metric);
  }

  private static double metric(Map<String, Number> metrics, String name) {
    return metrics.get(name).doubleValue();
  }

  /**
   * The loss of its training on images it has not seen: (1/d) |eps_theta(x_t, t, c) - eps|^2, or of
   * the velocity eps - x_0, which on the path x_t = (1 - t) x_0 + t eps is off by as much as the
   * noise, divided by 1 - t.
   */
  @ParameterizedTest
  @CsvSource({"fashion,noiseMse,8", "fashion-flow,velocityMse,8"})
  void imagesArePredictedAsTheManifestSays(String name, String metric, double percent) {
    PrepareImagesJob prepare = new PrepareImagesJob();
    String uri = folder.resolve("images").toString();
    JobConfig config = JobConfig.load(List.of(), List.of("run.output=" + uri), prepare.keys());
    prepare.run(context(), config);
    List<Row> rows =
        Images.open(spark(), context().hadoop(), uri, "the test")
            .split("test")
            .orderBy("id")
            .limit(BATCH * BATCHES)
            .collectAsList();
    Artifact artifact = Artifact.open("builtin:" + name, context().hadoop());
    ImageModel model = ImageModel.read(artifact, "the test");
    double sum = 0;
    try (ContinuousModel network = model.open(context(), config)) {
      for (int b = 0; b < BATCHES; b++) {
        Node node = model.schedule().node((b + .5) / BATCHES);
        RandomStream stream = new RandomStream(5, RandomStream.purpose("test.noise"), b, 0);
        double[] noise = new double[BATCH * model.size()];
        Arrays.setAll(noise, k -> stream.nextGaussian());
        double[] x = new double[noise.length];
        int[] labels = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
          Row row = rows.get(b * BATCH + i);
          labels[i] = row.getInt(row.fieldIndex("label"));
          byte[] image = row.getAs(Images.COLUMN);
          for (int k = 0; k < image.length; k++) {
            int at = i * image.length + k;
            x[at] = node.alpha() * ImageModel.pixel(image[k]) + node.sigma() * noise[at];
          }
        }
        double[] predicted = new double[x.length];
        network.noise(x, node, labels, predicted);
        double scale = metric.equals("velocityMse") ? node.alpha() : 1;
        for (int k = 0; k < x.length; k++) {
          double off = (predicted[k] - noise[k]) / scale;
          sum += off * off / x.length / BATCHES;
        }
      }
    }
    double said = artifact.manifest().metrics().get(metric).doubleValue();
    assertThat(sum).isCloseTo(said, withinPercentage(percent));
  }

  /** The bound of its training, on text it has not seen, of the very corpus that it was made of. */
  @Test
  void textIsAsLikelyAsItsManifestSays() {
    PrepareTextJob prepare = new PrepareTextJob();
    List<String> sets =
        List.of(
            "run.output=" + folder.resolve("corpus"),
            "prepareText.alphabet=pieces",
            "prepareText.length=24");
    JobConfig config = JobConfig.load(List.of(), sets, prepare.keys());
    JobResult corpus = prepare.run(context(), config);
    Artifact artifact = Artifact.open("builtin:text", context().hadoop());
    assertThat(artifact.manifest().parents())
        .anySatisfy(parent -> assertThat(parent.contentHash()).isEqualTo(corpus.contentHash()));
    List<String> texts =
        Corpus.open(spark(), context().hadoop(), corpus.artifact(), "the test")
            .split("validation")
            .orderBy("id")
            .limit(BATCH * BATCHES)
            .collectAsList()
            .stream()
            .map(row -> row.<String>getAs("text"))
            .toList();
    MaskedTextModel model = MaskedTextModel.read(artifact, "the test");
    int length = model.length();
    int symbols = model.process().symbols();
    double nats = 0;
    try (DiscreteModel network = model.open(context(), config)) {
      for (int b = 0; b < BATCHES; b++) {
        double t = (b + .5) / BATCHES;
        RandomStream stream = new RandomStream(5, RandomStream.purpose("test.masks"), b, 0);
        int[] clean = new int[BATCH * length];
        for (int i = 0; i < BATCH; i++) {
          int[] tokens = model.alphabet().encode(texts.get(b * BATCH + i));
          System.arraycopy(tokens, 0, clean, i * length, length);
        }
        int[] noisy = ForwardProcess.corrupt(model.process(), clean, t, stream);
        double[] scores = new double[clean.length * symbols];
        network.scores(noisy, BATCH, t, scores);
        double scale = Scores.scale(model.process(), t);
        for (int j = 0; j < clean.length; j++) {
          if (noisy[j] == model.mask()) {
            nats -= Math.log(scores[j * symbols + clean[j]] / scale) / t / BATCHES;
          }
        }
      }
    }
    double chars = texts.stream().mapToInt(String::length).sum() / (double) BATCHES;
    double said = artifact.manifest().metrics().get("bitsPerChar").doubleValue();
    assertThat(nats / chars / Math.log(2)).isCloseTo(said, withinPercentage(6));
    assertThat(said)
        .isLessThan(
            artifact.manifest().metrics().get("control.letters.3gram.bitsPerChar").doubleValue());
  }

  @Test
  void canBeCopiedOutAndNothingElseIsThere() {
    Artifact chain = Artifact.open("builtin:cloze-chain", context().hadoop());
    String copy = folder.resolve("copy").toString();
    ArtifactReport.export(chain, copy, context().hadoop());
    assertThat(Artifact.open(copy, context().hadoop()).contentHash())
        .isEqualTo(chain.contentHash());
    assertThatThrownBy(() -> Artifact.open("builtin:clozechain", context().hadoop()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("builtin:cloze-chain");
  }
}
