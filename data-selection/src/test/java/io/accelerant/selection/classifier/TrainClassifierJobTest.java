package io.accelerant.selection.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.random.PermutationKind;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainClassifierJobTest extends SparkTest {
  private static final TrainClassifierJob JOB = new TrainClassifierJob();

  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("out-{version}"),
                "trainClassifier.rounds=4",
                "trainClassifier.hidden=[8]",
                "trainClassifier.ratios=[0.05]",
                "trainClassifier.seeds=[1, 2]"));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private static SubsetTraining training(Choice choice, double ratio, int count, int batch) {
    MlpClassifier network = new MlpClassifier(new Mlp(1, List.of(), 2, Activation.RELU));
    Recipe recipe =
        new Recipe(network, 0, 1, 8, batch, 0.1, 1e-4, 0.9, 0, 10, EngineSettings.cpu(1), 1);
    ImageSet images = new ImageSet(1, new byte[count], new byte[count]);
    return new SubsetTraining(new Cell(choice, ratio, 7), recipe, images);
  }

  /**
   * r = 1/4 and 8 rounds: two shuffled epochs, image for image, with the schedule over their steps.
   */
  @Test
  void trainingWithoutReplacementIsShuffledTraining() {
    SubsetTraining training = training(Choice.WITHOUT_REPLACEMENT, 0.25, 1000, 50);
    int[] ours = IntStream.range(0, 8).flatMap(e -> Arrays.stream(training.order(e))).toArray();
    int[] epochs =
        IntStream.range(0, 2)
            .flatMap(
                pass -> {
                  var pi = PermutationKind.AUTO.of(1000, 7, pass);
                  return IntStream.range(0, 1000).map(at -> (int) pi.id(at));
                })
            .toArray();
    assertThat(ours).isEqualTo(epochs);
    assertThat(training.steps()).isEqualTo(40);
    assertThat(training.rate(20)).isCloseTo(0.05005, within(1e-12));
    assertThat(training.rate(40)).isEqualTo(1e-4);
  }

  @Test
  void theFullScheduleFallsAsIfAllImagesWereTrainedOn() {
    SubsetTraining stopped = training(Choice.FULL_SCHEDULE, 0.25, 1000, 50);
    SubsetTraining full = training(Choice.FULL, 1, 1000, 50);
    assertThat(stopped.steps()).isEqualTo(40);
    assertThat(full.steps()).isEqualTo(160);
    assertThat(stopped.rate(39)).isEqualTo(full.rate(39)).isGreaterThan(0.08);
    assertThat(stopped.order(3))
        .isEqualTo(training(Choice.WITHOUT_REPLACEMENT, 0.25, 1000, 50).order(3));
  }

  /** The baseline is not made weaker than it is: same images, another order in every round. */
  @Test
  void theStaticSubsetIsShuffledAnewInEveryRound() {
    SubsetTraining training = training(Choice.STATIC, 0.1, 1000, 50);
    assertThat(training.order(0)).isNotEqualTo(training.order(1));
    assertThat(IntStream.of(training.order(0)).sorted().toArray())
        .isEqualTo(IntStream.of(training.order(1)).sorted().toArray())
        .hasSize(100);
  }

  @Test
  void publishesTheBestModelAndTheWholeTable() {
    JobResult result = JOB.run(context(), config());
    assertThat(result.metrics())
        .containsKeys(
            "static.r0.05.accuracy",
            "static.r0.05.accuracy.sd",
            "with-replacement.r0.05.accuracy",
            "without-replacement.r0.05.seconds",
            "full-schedule.r0.05.accuracy",
            "full.accuracy",
            "gainOverStatic.r0.05",
            "gainOverStatic.r0.05.low",
            "gainOverStatic.r0.05.high",
            "gapToFull.r0.05",
            "timeOfFull.r0.05")
        .containsEntry("static.r0.05.seeds", 2L)
        .containsEntry("static.r0.05.steps", 16L)
        .containsEntry("full.steps", 252L);
    assertThat(result.metrics().get("full.accuracy").doubleValue()).isGreaterThan(60);
    Model model = Model.open(result.artifact(), context().hadoop(), "a test");
    assertThat(model.network()).isInstanceOf(MlpClassifier.class);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("Verdict, r = 5%", "without-replacement", "milliseconds a step");
    assertThat(artifact.holds("plots/curve.png")).isTrue();
  }

  /** Stopped after a cell; then the others are trained, and the weights are the same bits. */
  @Test
  void aStoppedRunGoesOnWithTheCellsThatAreMissing() {
    JobConfig config = config("trainClassifier.choices=[static, without-replacement]");
    AtomicInteger asked = new AtomicInteger();
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            context().hadoop(),
            Progress.SILENT,
            () -> asked.incrementAndGet() > 1,
            false,
            "");
    assertThatThrownBy(() -> JOB.run(stopping, config)).isInstanceOf(StoppedException.class);
    List<String> said = new ArrayList<>();
    JobContext listening = JobContext.of(spark(), said::add);
    JobResult resumed = JOB.run(listening, config);
    assertThat(said)
        .anyMatch(line -> line.contains("2 stages were taken"))
        .filteredOn(line -> line.startsWith("cell"))
        .hasSize(2);
    JobResult whole = JOB.run(context(), config);
    assertThat(resumed.artifact()).endsWith("out-1");
    assertThat(whole.contentHash()).isEqualTo(resumed.contentHash());
    assertThat(whole.metrics().get("static.r0.05.accuracy"))
        .isEqualTo(resumed.metrics().get("static.r0.05.accuracy"));
  }

  private static byte[] idx(int... shape) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0x800 | shape.length);
    int size = 1;
    for (int n : shape) {
      out.writeInt(n);
      size *= n;
    }
    out.write(new byte[size]);
    return bytes.toByteArray();
  }

  static Stream<Arguments> broken() {
    String images = "trainClassifier.images=FOLDER/images";
    String labels = "trainClassifier.labels=FOLDER/labels";
    String testImages = "trainClassifier.testImages=FOLDER/images";
    String testLabels = "trainClassifier.testLabels=FOLDER/labels";
    return Stream.of(
        broken(ConfigException.class, "trainClassifier.labels", images),
        broken(
            DataException.class,
            "There is no file",
            "trainClassifier.images=FOLDER/absent",
            labels,
            testImages,
            testLabels),
        broken(
            DataException.class,
            "are images and labels exchanged",
            "trainClassifier.images=FOLDER/labels",
            labels,
            testImages,
            testLabels),
        broken(
            DataException.class,
            "one label for each image",
            images,
            "trainClassifier.labels=FOLDER/fewer",
            testImages,
            testLabels),
        broken(
            DataException.class,
            "16 and 9 pixels",
            images,
            labels,
            "trainClassifier.testImages=FOLDER/small",
            testLabels),
        broken(
            ConfigException.class, "less than half an image", "trainClassifier.ratios=[0.00001]"),
        broken(
            ConfigException.class,
            "trainClassifier.learningRateFloor",
            "trainClassifier.learningRateFloor=1"),
        broken(ConfigException.class, "trainClassifier.choices", "trainClassifier.choices=[best]"),
        broken(
            ConfigException.class,
            "nothing to train",
            "trainClassifier.seeds=[]",
            "trainClassifier.choices=[static]"));
  }

  private static Arguments broken(
      Class<? extends AccelerantException> type, String says, String... sets) {
    return Arguments.of(type, says, List.of(sets));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatIsWrongIsNamedAndNothingIsPublished(
      Class<? extends AccelerantException> type, String says, List<String> sets)
      throws IOException {
    Files.write(folder.resolve("images"), idx(10, 4, 4));
    Files.write(folder.resolve("small"), idx(10, 3, 3));
    Files.write(folder.resolve("labels"), idx(10));
    Files.write(folder.resolve("fewer"), idx(9));
    String[] here =
        sets.stream().map(s -> s.replace("FOLDER", folder.toString())).toArray(String[]::new);
    assertThatThrownBy(() -> JOB.run(context(), config(here)))
        .isInstanceOf(type)
        .hasMessageContaining(says);
    assertThat(folder.resolve("out-1")).doesNotExist();
  }
}
