package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.onnx.OnnxExamples;
import io.accelerant.core.onnx.OnnxNoise;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.DiscreteBetas;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.UniPc;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.ImageModels;
import io.accelerant.distill.model.network.TextModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code sample} job on continuous models. */
class ContinuousSamplingTest extends SparkTest {
  @TempDir Path folder;
  private String model;

  @BeforeEach
  void mixture() throws IOException {
    model =
        Files.write(folder.resolve("plane.json"), CanonicalJson.bytes(Mixtures.plane().toJson()))
            .toString();
    Files.writeString(folder.resolve("noise.json"), "[[0.5, -1], [-1.2, 0.3]]");
  }

  private JobConfig config(String name, String... more) {
    List<String> sets =
        new ArrayList<>(List.of("run.output=" + folder.resolve(name), "sample.model=" + model));
    sets.addAll(List.of(more));
    return JobConfig.load(List.of(), sets, new SampleJob().keys());
  }

  private JobResult sample(String name, String... more) {
    return new SampleJob().run(context(), config(name, more));
  }

  private static Map<String, Object> samples(JobResult result) {
    return Artifact.open(result.artifact(), context().hadoop()).readJson("samples.json");
  }

  private static double[] x(JobResult result) {
    return ((List<?>) samples(result).get("x"))
        .stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToDouble(v -> ((Number) v).doubleValue())
            .toArray();
  }

  /** The published vectors, from the command's own keys. */
  @ParameterizedTest
  @CsvSource({
    "ddim, , , '', .75251678 .02193373 -.67143966 .80086677",
    "dpmpp-2m, , , '', .79574098 -.00055253 -.71060274 .81873932",
    "unipc, 3, bh1, '', .83131185 -.01909182 -.74408299 .83386654",
    "unipc, 2, bh2, '', .81019082 -.00816727 -.72380542 .82461437",
    "unipc, 3, bh1, '[1,1,1.1,0.9,1.3]', .98728212 -.12169018 -.8856589 .88584963"
  })
  void thePublishedVectors(
      String solver, Integer order, String variant, String ratios, String expected) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "sample.noise=" + folder.resolve("noise.json"),
                "sample.schedule=vp-linear",
                "sample.spacing=time-uniform",
                "sample.solver=" + solver,
                "sample.steps=5"));
    if (order != null) {
      sets.addAll(List.of("sample.order=" + order, "sample.variant=" + variant));
    }
    if (!ratios.isEmpty()) {
      sets.add("sample.ratios=" + ratios);
    }
    JobResult result = sample("out", sets.toArray(String[]::new));
    double[] numbers = Stream.of(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
    assertThat(x(result)).containsExactly(numbers, within(1e-7));
    Map<String, Object> json = samples(result);
    assertThat(json.keySet()).containsExactly("x", "nfe", "times");
    assertThat(json.get("nfe")).isEqualTo(5);
    assertThat((List<?>) json.get("times")).hasSize(6);
    assertThat(Artifact.open(result.artifact(), context().hadoop()).verify()).isEmpty();
  }

  @Test
  void partitionsChangeNothingAndTheSeedDoes() {
    String[] common = {"sample.steps=4", "sample.count=50", "sample.batch=8"};
    String hash = sample("one", with(common, "sample.partitions=1")).contentHash();
    assertThat(sample("four", with(common, "sample.partitions=4")).contentHash()).isEqualTo(hash);
    assertThat(sample("seed", with(common, "run.seed=5")).contentHash()).isNotEqualTo(hash);
  }

  /** Eight by eight images, random weights. */
  @Test
  void aTrainedModelOfImages() {
    String images = ImageModels.publish(folder.resolve("images"), 3).uri();
    String[] common = {"sample.model=" + images, "sample.steps=3", "sample.count=6"};
    common = with(with(common, "sample.batch=2"), "sample.label=[0,1]");
    JobResult one = sample("i1", with(common, "sample.partitions=1"));
    assertThat(x(one)).hasSize(6 * ImageModels.SIZE);
    assertThat(sample("i2", with(common, "sample.partitions=2")).contentHash())
        .isEqualTo(one.contentHash());
    assertThat(x(sample("i3", with(common, "sample.guidance=3")))).isNotEqualTo(x(one));
    double[] two = x(sample("i4", with(common, "sample.label=2")));
    assertThat(two).isNotEqualTo(x(one));
    String[] cosine = with(common, "sample.schedule=vp-cosine");
    assertThatThrownBy(() -> sample("i5", cosine))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("trained with the schedule vp-linear, not vp-cosine");
    String[] beyond = with(common, "sample.label=3");
    assertThatThrownBy(() -> sample("i6", beyond)).hasMessageContaining("classes 0 to 2");
  }

  /** Blocks that are skipped, and a network that was made without them. */
  @Test
  void skippedBlocksAreAsIfTheyHadBeenRemoved() {
    PatchTransformer network = new PatchTransformer(1, 8, 4, 16, 4, 2, 32, 3, false);
    ImageModel whole = ImageModels.model(network, new FlowPath(), 5);
    String[] common = {"sample.schedule=flow", "sample.solver=euler", "sample.steps=2"};
    common = with(with(common, "sample.count=6"), "sample.label=[0,1,2]");
    String[] ofWhole =
        with(common, "sample.model=" + ImageModels.publish(folder.resolve("w"), whole).uri());
    ImageModel pruned = whole.withKept(List.of(0, 3));
    String[] ofPruned =
        with(common, "sample.model=" + ImageModels.publish(folder.resolve("p"), pruned).uri());
    assertThat(pruned.parameters().length).isLessThan(whole.parameters().length);
    double[] skipped = x(sample("skipped", with(ofWhole, "sample.skip=[2,1]")));
    assertThat(skipped).isEqualTo(x(sample("removed", ofPruned)));
    assertThat(skipped).isNotEqualTo(x(sample("whole", ofWhole)));
    assertThat(x(sample("further", with(ofPruned, "sample.skip=3"))))
        .isEqualTo(x(sample("one", with(ofWhole, "sample.skip=[1,2,3]"))));
    refusesToSkip(ofWhole, "[1,4]", "sample.skip", "names block 4; ", "has blocks 0 to 3.");
    refusesToSkip(ofPruned, "2", "sample.skip", "names block 2; ", "has the blocks [0, 3].");
    refusesToSkip(ofWhole, "[0,1,2,3]", "names every block");
    refusesToSkip(new String[] {"sample.steps=3"}, "0", "is for networks that were trained here");
  }

  private void refusesToSkip(String[] sets, String blocks, String... parts) {
    assertThatThrownBy(() -> sample("refused", with(sets, "sample.skip=" + blocks)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  /** A model of text is no model of images, and stays a discrete one. */
  @Test
  void aTrainedModelOfTextIsNotContinuous() {
    String text = TextModels.publish(folder.resolve("text"), 1).uri();
    assertThatThrownBy(() -> sample("t", "sample.model=" + text, "sample.solver=ddim"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is for continuous models");
  }

  private static String[] with(String[] sets, String more) {
    return Stream.concat(Stream.of(sets), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void labelsGoRoundByRowId() {
    String[] common = {"sample.steps=20", "sample.noise=" + folder.resolve("noise.json")};
    double[] both = x(sample("both", with(common, "sample.label=[0,1]")));
    double[] zero = x(sample("zero", with(common, "sample.label=0")));
    double[] one = x(sample("one", with(common, "sample.label=1")));
    assertThat(both).containsExactly(zero[0], zero[1], one[2], one[3]);
    assertThat(zero[2]).isNotEqualTo(one[2]);
  }

  @Test
  void aNetworkIsSampledWithAndWithoutGuidance() {
    model = "onnx:" + OnnxExamples.copy("image", folder);
    String[] common = {
      "sample.schedule=vp-linear",
      "sample.steps=3",
      "sample.count=5",
      "sample.batch=2",
      "onnx.prediction=velocity",
      "onnx.nullLabel=10"
    };
    double[] free = x(sample("free", common));
    assertThat(free).hasSize(5 * 32);
    assertThat(java.util.Arrays.stream(free)).allMatch(Double::isFinite);
    JobResult guided = sample("guided", with(with(common, "sample.label=3"), "sample.guidance=2"));
    assertThat(x(guided)).isNotEqualTo(free);
    assertThat(guided.metrics()).containsEntry("modelCalls", 6).containsEntry("nfe", 3);
    assertThatThrownBy(
            () ->
                sample(
                    "no",
                    "sample.schedule=vp-linear",
                    "sample.steps=3",
                    "sample.label=3",
                    "sample.guidance=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set onnx.nullLabel");
  }

  /** The model is asked at its own steps, and the solver stands where it is asked. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 999, 1000})
  void aNetworkOfWholeTimes(int steps) throws IOException {
    model = whole();
    JobResult result =
        sample(
            "out",
            "sample.schedule=ddpm-linear",
            "sample.steps=" + steps,
            "sample.count=2",
            "run.seed=5");
    double[] times =
        ((List<?>) samples(result).get("times"))
            .stream().mapToDouble(t -> ((Number) t).doubleValue()).toArray();
    Schedule schedule = DiscreteBetas.ddpm();
    ContinuousModel same =
        new ContinuousModel() {
          @Override
          public int size() {
            return 16;
          }

          @Override
          public void noise(double[] x, Node node, int[] labels, double[] noise) {
            for (int i = 0; i < x.length; i++) {
              noise[i] =
                  (float) x[i] / 2 + OnnxNoise.SLOPE * Math.floor(1000 * node.t() - 0.5 + 1e-9);
            }
          }
        };
    double[] noise = NoiseRows.drawn(5, "sample.noise", 0, 2, 16).slice(0, 2);
    double[] expected =
        Solver.unipc(2, UniPc.Variant.BH2, CorrectorUse.ALL)
            .on(schedule, times)
            .sample(noise, Denoiser.plain(same, 2));
    assertThat(x(result)).containsExactly(expected, within(1e-4));
  }

  @Test
  void whatIsNoNumberIsNamed() throws IOException {
    byte[] bytes = OnnxNoise.model(OnnxPort.Element.FLOAT32, Double.NaN, 1);
    Path file = Files.write(folder.resolve("nan.onnx"), bytes);
    String[] sets = {"sample.model=onnx:" + file, "sample.steps=3", "sample.solver=ddim"};
    assertThatThrownBy(() -> sample("nan", sets))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "The model %s predicts NaN for sample 0 (row 0 of a batch) at step 1, t = 1.0; expected finite numbers.",
            file);
    assertThat(folder.resolve("nan/manifest.json")).doesNotExist();
  }

  private String whole() throws IOException {
    byte[] bytes = OnnxNoise.model(OnnxPort.Element.INT64, OnnxNoise.SLOPE, -1);
    return "onnx:" + Files.write(folder.resolve("whole.onnx"), bytes);
  }

  /** Said once, whatever the number of tasks; and where nothing says what a step is, refused. */
  @Test
  void roundedTimesAreSaidOnce() throws IOException {
    model = whole();
    List<String> said = new ArrayList<>();
    JobContext heard = JobContext.of(spark(), said::add);
    JobConfig ddpm = config("a", "sample.schedule=ddpm-linear", "sample.steps=3");
    new SampleJob().run(heard, ddpm);
    assertThat(said)
        .filteredOn(line -> line.contains("whole.onnx takes the time as t: int64 [b]"))
        .singleElement()
        .asString()
        .endsWith("times are rounded to the steps of ddpm-linear");
    assertThatThrownBy(() -> sample("b", "sample.steps=3", "sample.solver=ddim"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "the number of a step, but is to be given t of the schedule vp-linear")
        .hasMessageContaining("set the schedule to ddpm-linear");
    assertThatThrownBy(
            () -> sample("c", "sample.steps=3", "sample.solver=ddim", "onnx.timeUnit=index"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is index, but the schedule vp-linear has no steps");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(List.of(), "sample.steps (not set) is required"),
        Arguments.of(
            List.of("sample.steps=4", "sample.guidance=2"), "needs a class: set sample.label"),
        Arguments.of(
            List.of("sample.steps=4", "sample.label=2"), "is 2; the model has classes 0 to 1"),
        Arguments.of(
            List.of("sample.steps=4", "sample.ratios=[1,1,1]"),
            "has 3 entries; 4 steps need as many"),
        Arguments.of(List.of("sample.steps=3", "sample.ratios=[1,2,1]"), "has 2.0 at step 2"),
        Arguments.of(
            List.of("sample.steps=3", "sample.solver=deis", "sample.ratios=[1,1,1.5]"),
            "is deis, which stores noise"),
        Arguments.of(
            List.of("sample.steps=3", "sample.solver=ddim", "sample.corrector=true"),
            "only unipc and dpm-v3 have one"),
        Arguments.of(
            List.of("sample.steps=3", "sample.schedule=sd-scaled-linear", "sample.tEnd=0.0001"),
            "is below 0.001, where sd-scaled-linear ends"),
        Arguments.of(
            List.of("sample.model=markov:countdown", "sample.steps=3", "sample.solver=ddim"),
            "is for continuous models"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aConfigurationThatCannotWorkIsRefused(List<String> more, String message) {
    assertThatThrownBy(() -> sample("out", more.toArray(String[]::new)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void rowsOfNoiseAreCheckedOneByOne() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.json"), "{\"x\": [[1, 2], [3]]}");
    assertThatThrownBy(() -> sample("out", "sample.steps=3", "sample.noise=" + bad))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith("row 1 has 1 numbers; the model has dimension 2.");
    Files.writeString(bad, "[[1, \"two\"]]");
    assertThatThrownBy(() -> sample("out", "sample.steps=3", "sample.noise=" + bad))
        .hasMessageEndingWith("row 0 holds two, which is no number.");
  }
}
