package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.data.PrepareVideosJob;
import io.accelerant.core.data.Videos;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.teacher.TrainTeacherJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
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
   * The task draws other prompts than the 200 that the manifest's number was measured on:
   * tolerances are at least two standard errors of that number.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cloze-chain   | task:cloze-chain   | exactMatch         | .025 |",
        "additions     | task:addition      | exactMatch         | .025 |",
        "slips         | task:addition      | exactMatch.sampled | .08  |",
        "modular-chain | task:modular-chain | exactMatch.l3      | .1   |",
        "plus-minus    | task:skill-pool    | exactMatch         | .025 | mastered = 1, learnable = 0",
        "skill-pool    | task:skill-pool    | exactMatch         | .06  | mastered = .8, learnable = .2"
      })
  void answersAsItsManifestSays(
      String name, String task, String metric, double tolerance, String pool) {
    List<String> sets = new ArrayList<>(List.of("preparePrompts.count=2000"));
    if (pool != null) {
      sets.add("preparePrompts.skillPool={" + pool + ", noise = 0, duplicates = 0}");
    }
    String prompts = prompts(task, sets);
    boolean drawn = metric.equals("exactMatch.sampled");
    List<String> draw =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("answers"),
                "sample.model=builtin:" + name,
                "sample.prompts=" + prompts,
                "sample.count=600"));
    if (drawn) {
      draw.addAll(List.of("sample.method=temperature", "sample.temperature=1"));
    }
    JobResult result = run(new SampleJob(), draw.toArray(String[]::new));
    assertThat(metric(result.metrics(), drawn ? "exactMatch" : metric))
        .isCloseTo(said(name, metric), within(tolerance));
    assertThat(
            Artifact.open(result.artifact(), context().hadoop()).manifest().parents().stream()
                .map(parent -> parent.uri()))
        .contains("builtin:" + name);
  }

  /** On the same held-out rows, after a round that leaves the model as it is. */
  @Test
  void javadocReadsAsItsManifestSays() {
    String rows = Path.of("src/test/resources/builtin/commons-lang3-javadoc.jsonl").toString();
    String prompts =
        prompts(
            rows,
            List.of(
                "preparePrompts.template=\"{signature}\n\"",
                "preparePrompts.fields.answer=sentence",
                "preparePrompts.maximumLength=192"));
    JobResult result =
        run(
            new TrainTeacherJob(),
            "run.output=" + folder.resolve("read"),
            "trainTeacher.kind=causal-text",
            "trainTeacher.data=" + prompts,
            "trainTeacher.start=builtin:javadoc",
            "trainTeacher.sampleEvery=0",
            "train.rounds=1",
            "train.learningRate=1e-9");
    assertThat(metric(result.metrics(), "bitsPerToken"))
        .isCloseTo(said("javadoc", "bitsPerToken"), withinPercentage(.01));
    Artifact model = Artifact.open(result.artifact(), context().hadoop());
    assertThat(model.holds("LICENSE.txt")).isTrue();
    assertThat(model.holds("NOTICE.txt")).isTrue();
  }

  private String prompts(String source, List<String> more) {
    List<String> sets = new ArrayList<>(more);
    String uri = folder.resolve("prompts").toString();
    sets.add("run.output=" + uri);
    sets.add("preparePrompts.source=" + source);
    if (source.startsWith("task:")) {
      sets.add("run.seed=7");
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
   * The loss of its training on images it has not seen: (1/d) |eps_theta(x_t, t, c) - eps|^2, or
   * (1/d) |v_theta(x_t, t, c) - (eps - x_0)|^2 with t = sigmoid(N(0, 1)), where v_theta - v is the
   * error of the noise over 1 - t.
   */
  @ParameterizedTest
  @CsvSource({"fashion,noiseMse", "fashion-flow,velocityMse"})
  void imagesArePredictedAsTheManifestSays(String name, String metric) {
    String uri = folder.resolve("images").toString();
    run(new PrepareImagesJob(), "run.output=" + uri);
    Dataset<Row> images = Images.open(spark(), context().hadoop(), uri, "the test").split("test");
    ToDoubleFunction<Node> weight =
        metric.equals("noiseMse") ? node -> 1 : BuiltinModelsTest::ofVelocity;
    assertThat(noiseError(name, images, Images.COLUMN, weight))
        .isCloseTo(said(name, metric), withinPercentage(8));
  }

  @Test
  void shapesPredictsVelocitiesAsItsManifestSays() {
    String uri = folder.resolve("videos").toString();
    run(
        new PrepareVideosJob(),
        "run.output=" + uri,
        "run.seed=7",
        "prepareVideos.count=1000",
        "prepareVideos.frames=4",
        "prepareVideos.height=8",
        "prepareVideos.width=8",
        "prepareVideos.split=[0.2, 0.8]");
    Dataset<Row> videos = Videos.open(spark(), context().hadoop(), uri, "the test").split("test");
    assertThat(noiseError("shapes", videos, Videos.COLUMN, BuiltinModelsTest::ofVelocity))
        .isCloseTo(said("shapes", "velocityMse"), withinPercentage(8));
  }

  /** By the density of sigmoid(N(0, 1)). */
  private static double ofVelocity(Node node) {
    double t = node.sigma();
    double logit = Math.log(t / (1 - t));
    double density = Math.exp(-logit * logit / 2) / Math.sqrt(2 * Math.PI) / (t * (1 - t));
    return density / (node.alpha() * node.alpha());
  }

  /**
   * Mean squared error of the noise at times from 0 to 1, a batch of examples at each.
   *
   * @param weight of the squared error at a time
   */
  private static double noiseError(
      String name, Dataset<Row> examples, String column, ToDoubleFunction<Node> weight) {
    List<Row> rows = examples.orderBy("id").limit(BATCH * BATCHES).collectAsList();
    Artifact artifact = Artifact.open("builtin:" + name, context().hadoop());
    ImageModel model = ImageModel.read(artifact, "the test");
    List<String> sets = List.of("run.output=unused", "sample.model=builtin:" + name);
    JobConfig config = JobConfig.load(List.of(), sets, new SampleJob().keys());
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
          byte[] pixels = row.getAs(column);
          for (int k = 0; k < pixels.length; k++) {
            int at = i * pixels.length + k;
            x[at] = node.alpha() * ImageModel.pixel(pixels[k]) + node.sigma() * noise[at];
          }
        }
        double[] predicted = new double[x.length];
        network.noise(x, node, labels, predicted);
        double squares = 0;
        for (int k = 0; k < x.length; k++) {
          squares += (predicted[k] - noise[k]) * (predicted[k] - noise[k]) / x.length;
        }
        sum += weight.applyAsDouble(node) * squares / BATCHES;
      }
    }
    return sum;
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
