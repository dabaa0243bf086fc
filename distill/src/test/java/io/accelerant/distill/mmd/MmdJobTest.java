package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.Python;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.sample.SampleJob;
import io.accelerant.distill.teacher.DenoisingLoss;
import io.accelerant.distill.teacher.PixelTables;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images of 8 by 8 whose class is the place of a bright bar, and a teacher that knows little. */
class MmdJobTest extends SparkTest {
  private static final int COUNT = 240;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;

  @BeforeAll
  static void finetuneOnce() throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + COUNT * 64);
    images.putInt(0x803).putInt(COUNT).putInt(8).putInt(8);
    ByteBuffer labels = ByteBuffer.allocate(8 + COUNT).putInt(0x801).putInt(COUNT);
    for (int i = 0; i < COUNT; i++) {
      RandomStream stream = new RandomStream(1, 1, i, 0);
      labels.put((byte) (i % 2));
      for (int p = 0; p < 64; p++) {
        images.put((byte) (stream.nextInt(60) + (p / 32 == i % 2 ? 190 : 0)));
      }
    }
    Files.write(shared.resolve("images"), images.array());
    Files.write(shared.resolve("labels"), labels.array());
    run(
        context(),
        new PrepareImagesJob(),
        "run.output=" + shared.resolve("data"),
        "prepareImages.source=" + shared.resolve("images"),
        "prepareImages.labels=" + shared.resolve("labels"),
        "prepareImages.classes=2",
        "prepareImages.split=[0.8,0.2]");
    publishTeacher("teacher", VpLinear.standard(), 600);
    Path onnx = Files.write(shared.resolve("flat.onnx"), flatten(8));
    result =
        finetune(
            shared.resolve("mmd"),
            "train.rounds=40",
            "train.learningRate=3e-4",
            "mmd.features=[\"pixels\", \"a+pca\"]",
            "mmd.onnx=" + onnx);
  }

  /** Learns on this thread what would take twenty seconds of rounds on Spark. */
  private static void publishTeacher(String name, Schedule schedule, int updates) {
    LabelledPixels images =
        PixelTables.first(
            Images.open(spark(), context().hadoop(), shared.resolve("data").toString(), "a test")
                .split("train"),
            Images.COLUMN,
            COUNT);
    PatchTransformer network = new PatchTransformer(1, 8, 4, 32, 1, 2, 128, 2, false);
    Training adam =
        Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(3e-3))
            .averaged(new ExponentialAverage(0.98, false), 1);
    Engine.start(1, "auto");
    try (Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(
                    Loss.NETWORK, network, adam, Flat.of(Precision.FLOAT32, network.initial(1)));
        LocalRound workers =
            new LocalRound(images.shards(1), ProgramPool.ofJvm(2), Precision.FLOAT32, 1);
        ArtifactWriter artifact =
            ArtifactWriter.claim(
                shared.resolve(name).toString(), context().hadoop(), Claim.of("test"), false)) {
      new Trainer(workers, roles, updates)
          .train(
              new GradientStep(DenoisingLoss.of(network, schedule, 1e-3, 0.1, 32)),
              Draw.shuffled(32, 1));
      new ImageModel(network, roles.averages(Loss.NETWORK).floats(), schedule)
          .write(artifact, roles.parameters(Loss.NETWORK).floats());
      artifact.commit(ManifestDraft.of(Model.KIND, "train-teacher", "test", 1));
    }
  }

  private static JobResult run(JobContext context, Job job, String... sets) {
    return job.run(context, JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  private static String[] sets(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "mmd.model=" + shared.resolve("teacher"),
                "mmd.data=" + shared.resolve("data"),
                "mmd.steps=[3]",
                "mmd.features=[\"a+pca\"]",
                "mmd.components=8",
                "mmd.classShare=0.5",
                "mmd.classifierSteps=60",
                "mmd.seeds=[1]",
                "mmd.samples=48",
                "mmd.curveSamples=48",
                "mmd.evaluateEvery=20",
                "mmd.baselineSteps=[6]",
                "mmd.truthSteps=20",
                "train.workers=2",
                "train.batch=16",
                "train.microBatch=16",
                "train.rounds=4",
                "train.checkpointEvery=1"));
    sets.addAll(List.of(more));
    return sets.toArray(String[]::new);
  }

  private static JobResult finetune(Path output, String... more) {
    return run(context(), new MmdJob(), sets(output, more));
  }

  private static double metric(JobResult found, String name) {
    return found.metrics().get(name).doubleValue();
  }

  /** On noise and images that finetuning has not seen; as many ordinary updates do less. */
  @Test
  void finetuningBringsSamplesNearer() {
    for (String space : List.of("a", "pixels")) {
      double finetuned = metric(result, "mmd.n3.frechet." + space);
      assertThat(finetuned).isLessThan(0.7 * metric(result, "ddim.n3.frechet." + space));
      assertThat(finetuned).isLessThan(0.7 * metric(result, "denoise.n3.frechet." + space));
    }
  }

  @Test
  void aVerdictIsTheDifferenceToAControlInASpaceThatWasNotTrainedOn() {
    for (String space : Spaces.OF_VERDICTS) {
      String verdict = Text.of("verdict.n3.%s.ddim.n3", space);
      double difference =
          metric(result, "mmd.n3.frechet." + space) - metric(result, "ddim.n3.frechet." + space);
      assertThat(metric(result, verdict)).isCloseTo(difference, within(1e-9));
      assertThat(metric(result, verdict + ".low")).isLessThan(difference);
      assertThat(metric(result, verdict + ".high")).isGreaterThan(difference);
    }
  }

  @Test
  void everyControlStandsBeside() {
    for (String cell :
        List.of(
            "ddim.n3",
            "ddim-uniform.n3",
            "ddim.n6",
            "dpmpp-2m.n3",
            "unipc.n3",
            "dc-solver.n3",
            "denoise.n3")) {
      assertThat(result.metrics())
          .containsKeys(
              cell + ".frechet.b",
              cell + ".mmd.pixels",
              cell + ".labelAgreement",
              cell + ".nearest");
    }
    assertThat(result.metrics()).containsKeys("real.halves.frechet.b", "accuracy.a", "accuracy.b");
    assertThat(metric(result, "accuracy.b")).isGreaterThan(0.9);
  }

  @Test
  void theTableOfUpdatesHasEveryLossAndTheSpacesNowAndThen() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    Dataset<Row> table = ArtifactTables.read(spark(), artifact, "update");
    assertThat(table.columns())
        .contains("update", "loss", "gradientNorm", "value.b", "frechet.pixels");
    List<Row> rows = table.filter("arm = 'mmd'").orderBy("update").collectAsList();
    assertThat(rows).hasSize(41);
    int loss = rows.get(0).fieldIndex("loss");
    int frechet = rows.get(0).fieldIndex("frechet.b");
    assertThat(rows.get(0).isNullAt(loss)).isTrue();
    assertThat(rows.stream().skip(1)).noneMatch(row -> row.isNullAt(loss));
    assertThat(rows.stream().filter(row -> !row.isNullAt(frechet)).map(row -> row.getInt(3)))
        .containsExactly(0, 20, 40);
  }

  @Test
  void theArtifactVerifiesAndIsAModel() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(ImageModel.read(artifact, "a test").network().classes()).isEqualTo(2);
    assertThat(artifact.readJson("sampler.json")).containsEntry("steps", 3);
    for (String file : List.of("model-raw.safetensors", "plots/real.png", "plots/curve-n3.png")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("real half against half", "dc-solver", "On the way");
  }

  private JobResult sample(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "sample.model=" + result.artifact(),
                "sample.count=6",
                "run.seed=1"));
    sets.addAll(List.of(more));
    return run(context(), new SampleJob(), sets.toArray(String[]::new));
  }

  @Test
  void sampleDrawsByTheSamplerOfTheModel() {
    JobResult own = sample("own", "sample.label=[0, 1]");
    JobResult named = sample("named", "sample.label=[0, 1]", "sample.sampler=" + result.artifact());
    Artifact samples = Artifact.open(own.artifact(), context().hadoop());
    assertThat(samples.readJson("samples.json"))
        .containsEntry("nfe", 3)
        .containsEntry("times", List.of(1.0, 0.667, 0.333, 0.0));
    assertThat(named.contentHash()).isEqualTo(own.contentHash());
  }

  @ParameterizedTest
  @CsvSource({
    "sample.steps=4, was finetuned for 3 steps at guidance 1",
    "sample.guidance=2, was finetuned for 3 steps at guidance 1",
    "sample.solver=unipc, but the sampler was fitted with ddim",
    "sample.skip=0, is for the network as it is"
  })
  void sampleRefusesAnythingElse(String set, String message) {
    assertThatThrownBy(() -> sample("refused", "sample.label=[0, 1]", set))
        .isInstanceOf(AccelerantException.class)
        .hasMessageContaining(message);
  }

  @Test
  void pythonDrawsTheSameWithNumpyAlone() throws IOException, InterruptedException {
    pythonDrawsTheSame(result);
  }

  private void pythonDrawsTheSame(JobResult result) throws IOException, InterruptedException {
    Path noise = folder.resolve("noise.json");
    RandomStream stream = new RandomStream(5, 5, 0, 0);
    double[][] x = new double[2][64];
    for (double[] row : x) {
      Arrays.setAll(row, i -> stream.nextGaussian());
    }
    Files.write(noise, CanonicalJson.bytes(Map.of("x", x)));
    JobResult drawn =
        run(
            context(),
            new SampleJob(),
            "run.output=" + folder.resolve("drawn"),
            "sample.model=" + result.artifact(),
            "sample.noise=" + noise,
            "sample.label=[0, 1]");
    Artifact samples = Artifact.open(drawn.artifact(), context().hadoop());
    List<?> rows = (List<?>) samples.readJson("samples.json").get("x");
    String said =
        Python.run(
            Path.of(result.artifact()),
            """
            import json, sys
            sys.path.insert(0, "python")
            import load
            x = load.sample(json.load(open(sys.argv[1]))["x"], [0, 1])
            print(" ".join(str(v) for v in x.ravel()))
            """,
            noise.toString());
    double[] python = Arrays.stream(said.split(" ")).mapToDouble(Double::parseDouble).toArray();
    double[] java =
        rows.stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToDouble(v -> ((Number) v).doubleValue())
            .toArray();
    assertThat(python).containsExactly(java, within(1e-4));
  }

  @Test
  void noOtherJobTakesItForAModelOfTheNoise() {
    assertThatThrownBy(() -> finetune(folder.resolve("again"), "mmd.model=" + result.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("mmd.model names")
        .hasMessageContaining("name the model that it was made from");
    assertThatThrownBy(
            () ->
                run(
                    context(),
                    new DcSolverJob(),
                    "run.output=" + folder.resolve("ratios"),
                    "dcSolver.model=" + result.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("dcSolver.model names");
  }

  @Test
  void theSamplerIsForNoOtherModel() {
    assertThatThrownBy(
            () ->
                sample(
                    "other",
                    "sample.model=" + shared.resolve("teacher"),
                    "sample.sampler=" + result.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is the sampler of the network beside it");
    assertThatThrownBy(() -> sample("none", "sample.sampler=" + shared.resolve("teacher")))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("holds no sampler.json");
  }

  @Test
  void partitionsAndAStopBetweenUpdatesChangeNothing() {
    JobResult whole = finetune(folder.resolve("whole"), "mmd.partitions=1");
    JobResult cut = finetune(folder.resolve("cut"), "mmd.partitions=7", "run.format=json");
    assertThat(cut.contentHash()).isEqualTo(whole.contentHash());
    AtomicBoolean stop = new AtomicBoolean();
    Progress watching = line -> stop.compareAndSet(false, line.contains("mmd.n3.seed1: round 1/4"));
    JobContext stopped =
        new JobContext(SparkTest::spark, context().hadoop(), watching, stop::get, false, "");
    Path output = folder.resolve("stopped");
    assertThatThrownBy(() -> run(stopped, new MmdJob(), sets(output)))
        .isInstanceOf(StoppedException.class);
    assertThat(output.resolve("_checkpoints/mmd.n3.seed1")).isDirectory();
    assertThat(finetune(output, "run.resume=require").contentHash()).isEqualTo(whole.contentHash());
    assertThat(output.resolve("_checkpoints/mmd.n3.seed1")).doesNotExist();
  }

  @Test
  void adaptersAreTrainedAndFoldedIn() {
    JobResult lora =
        finetune(
            folder.resolve("lora"),
            "mmd.adapter.rank=2",
            "mmd.adapter.targets=[\"qkv\"]",
            "mmd.times=uniform",
            "mmd.conditional=none");
    Artifact artifact = Artifact.open(lora.artifact(), context().hadoop());
    assertThat(artifact.readJson("adapter/adapter_config.json")).containsEntry("r", 2);
    assertThat(artifact.readJson("sampler.json")).containsEntry("labelled", false);
    Model merged = Model.read(artifact);
    Model teacher = Model.open(shared.resolve("teacher").toString(), context().hadoop(), "a test");
    var moved =
        merged.network().layout().tensors().stream()
            .filter(
                t ->
                    java.util.stream.IntStream.range(t.offset(), t.offset() + t.size())
                        .anyMatch(i -> merged.parameters()[i] != teacher.parameters()[i]))
            .map(t -> t.name())
            .toList();
    assertThat(moved).containsExactly("blocks.0.attn.qkv.weight");
    assertThat(lora.metrics()).doesNotContainKey("mmd.n3.labelAgreement");
  }

  /** It predicts the velocity, and its steps are those of Euler. */
  @Test
  void aFlowIsFinetunedToo() throws IOException, InterruptedException {
    publishTeacher("flow", new FlowPath(), 100);
    String model = "mmd.model=" + shared.resolve("flow");
    JobResult flow = finetune(folder.resolve("mmd"), model, "mmd.steps=[2]");
    assertThat(flow.metrics())
        .containsKeys("mmd.n2.frechet.b", "denoise.n2.frechet.b", "dc-solver.n2.frechet.b")
        .containsKeys("unipc.n2.frechet.b", "ddim.n6.frechet.b")
        .doesNotContainKey("ddim-uniform.n2.frechet.b");
    assertThat(Artifact.open(flow.artifact(), context().hadoop()).readJson("sampler.json"))
        .containsEntry("schedule", "flow")
        .containsEntry("solver", "euler")
        .containsEntry("times", List.of(1.0, 0.5, 0.0));
    pythonDrawsTheSame(flow);
    assertThatThrownBy(() -> finetune(folder.resolve("uniform"), model, "mmd.times=uniform"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("mmd.times", "begins below 1", "set trailing");
  }

  /** A network that hands its pixels on: distances are those of a space of 64 pixels. */
  @Test
  void anOnnxNetworkOfTheUsersMeasuresToo() throws IOException {
    assertThat(metric(result, "mmd.n3.frechet.onnx"))
        .isCloseTo(metric(result, "mmd.n3.frechet.pixels"), within(1e-6)); // 8 x 8 is not pooled
    Path other = Files.write(folder.resolve("large.onnx"), flatten(28));
    assertThatThrownBy(() -> finetune(folder.resolve("refused"), "mmd.onnx=" + other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must have one input [batch, 1, 8, 8] to be mmd.onnx");
  }

  /** An ONNX file of one node Flatten, in protobuf's wire format. */
  private static byte[] flatten(int side) throws IOException {
    byte[] node = join(text(1, "x"), text(2, "y"), text(4, "Flatten"));
    byte[] image =
        join(
            part(1, text(2, "batch")),
            part(1, number(1, 1)),
            part(1, number(1, side)),
            part(1, number(1, side)));
    byte[] row = join(part(1, text(2, "batch")), part(1, number(1, side * side)));
    byte[] graph =
        join(part(1, node), text(2, "g"), part(11, value("x", image)), part(12, value("y", row)));
    return join(number(1, 8), part(7, graph), part(8, number(2, 13)));
  }

  private static byte[] value(String name, byte[] shape) throws IOException {
    byte[] tensor = join(number(1, 1), part(2, shape));
    return join(text(1, name), part(2, part(1, tensor)));
  }

  private static byte[] text(int field, String text) throws IOException {
    return part(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] part(int field, byte[] content) throws IOException {
    return join(varint(field << 3 | 2), varint(content.length), content);
  }

  private static byte[] number(int field, int number) throws IOException {
    return join(varint(field << 3), varint(number));
  }

  private static byte[] varint(int number) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = number;
    for (; rest > 127; rest >>>= 7) {
      out.write(rest & 127 | 128);
    }
    out.write(rest);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mmd.features=[\"b\"]|expected parts out of",
        "mmd.features=[\"a:cubic\"]|expected parts out of",
        "mmd.features=[\"onnx:x.onnx\"]|ONNX Runtime gives no gradients",
        "mmd.features=[\"a\",\"a\"]|must list different features",
        "mmd.adapter.targets=[\"nothing\"]|names no matrix",
        "mmd.chain=x.json|is for finetuning",
        "mmd.seeds=[]|must list different values"
      })
  void whatCannotBeFinetunedIsRefused(String set, String message) {
    String[] all = sets(folder.resolve("x"), "mmd.adapter.rank=2", set);
    MmdJob job = new MmdJob();
    assertThatThrownBy(
            () -> job.plan(context(), JobConfig.load(List.of(), List.of(all), job.keys())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
