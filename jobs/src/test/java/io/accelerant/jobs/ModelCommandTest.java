package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.network.MaskedTextModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Model artifacts on the command line: a network with random weights, published as trained. */
class ModelCommandTest extends SparkTest {
  private static final int LENGTH = 12;

  @TempDir static Path folder;

  private static Path model;
  private static Path corpus;

  @BeforeAll
  static void prepare() throws IOException {
    spark();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      lines.add(Text.of("item %s lies on shelf %s of the store", word(i), word(i * i + 3)));
    }
    Path text = Files.write(folder.resolve("text.txt"), lines);
    corpus = folder.resolve("corpus");
    ok(
        run(
            "prepare-text",
            "run.output=" + corpus,
            "prepareText.source=" + text,
            "prepareText.length=" + LENGTH,
            "prepareText.split=[0.8,0.05,0.15]"));
    Transformer network = Transformer.gpt2(28, LENGTH, 16, 1, 2).withCausal(false);
    MaskedTextModel trained =
        new MaskedTextModel(
            network,
            weights(network, 7),
            Alphabet.LETTERS27,
            LENGTH,
            new NoiseSchedule.LogLinear(1e-3));
    model = publish("model", writer -> trained.write(writer, trained.parameters()));
    Model plain = new Model(network, weights(network, 8));
    publish("plain", writer -> plain.write(writer, java.util.Map.of()));
    MaskedTextModel other =
        new MaskedTextModel(
            network, weights(network, 9), trained.alphabet(), LENGTH, trained.noise());
    publish("other", writer -> other.write(writer, other.parameters()));
  }

  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (char digit : Integer.toString(number).toCharArray()) {
      word.append((char) ('a' + digit - '0'));
    }
    return word.toString();
  }

  private static float[] weights(Transformer network, long seed) {
    double[] initial = network.initial(seed);
    float[] weights = new float[initial.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (4 * initial[i]);
    }
    return weights;
  }

  private static Path publish(String name, Consumer<ArtifactWriter> content) {
    Path uri = folder.resolve(name);
    Configuration hadoop = new Configuration();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(uri.toString(), hadoop, Claim.of("test"), false)) {
      content.accept(artifact);
      Artifact parent = Artifact.open(corpus.toString(), hadoop);
      artifact.commit(
          ManifestDraft.of(Model.KIND, "train-teacher", name, 1)
              .withParent("corpus", parent.uri(), parent.contentHash()));
    }
    return uri;
  }

  private static String[] arguments(String job, List<String> sets) {
    List<String> arguments = new ArrayList<>(List.of(job));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return arguments.toArray(String[]::new);
  }

  private static Accelerant.Outcome run(String job, String... sets) {
    return Accelerant.run(arguments(job, List.of(sets)));
  }

  private static JsonNode ok(Accelerant.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome.line();
  }

  private static JsonNode lsd(String output, int partitions) {
    return ok(
        run(
            "lsd",
            "run.output=" + folder.resolve(output),
            "lsd.teacher=" + model,
            "lsd.steps=[2]",
            "lsd.baselineSteps=[2,4]",
            "lsd.teacherSteps=4",
            "lsd.trajectories=24",
            "lsd.objective=[scoreL2,lookahead,direct]",
            "lsd.passes=1",
            "lsd.directIterations=3",
            "lsd.directSamples=16",
            "lsd.jysSamples=8",
            "lsd.fitSamples=16",
            "lsd.exponents=[1.0,1.3]",
            "lsd.judgeOrder=3",
            "lsd.samples=24",
            "lsd.seeds=[101]",
            "lsd.batch=10",
            "lsd.partitions=" + partitions));
  }

  private static List<String> sample(String output, int partitions, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(output),
                "sample.model=" + model,
                "sample.count=20",
                "sample.batch=9",
                "sample.partitions=" + partitions));
    sets.addAll(List.of(more));
    return sets;
  }

  /**
   * Its tasks after each other and two at once; its sampler draws from the model and refuses one of
   * other weights; what was drawn is held against the corpus that the model was trained on.
   */
  @Test
  void lsdSampleAndEvaluateTakeATrainedModel() {
    JsonNode one = lsd("lsd1", 1);
    assertThat(lsd("lsd2", 2).get("contentHash")).isEqualTo(one.get("contentHash"));
    assertThat(one.get("metrics").get("student.m2.judgeNll").asDouble()).isBetween(1.0, 9.0);
    String sampler = "sample.sampler=" + folder.resolve("lsd1");
    JsonNode drawn = ok(Accelerant.run(arguments("sample", sample("drawn", 2, sampler))));
    assertThat(drawn.get("metrics").get("nfe").asInt()).isEqualTo(3);
    JsonNode evaluated =
        ok(
            run(
                "evaluate",
                "run.output=" + folder.resolve("evaluated"),
                "evaluate.samples=" + folder.resolve("drawn"),
                "evaluate.reference=" + model,
                "evaluate.judgeOrder=3"));
    assertThat(evaluated.get("metrics").get("samples").asInt()).isEqualTo(20);
    Accelerant.Outcome refused =
        run(
            "sample",
            "run.output=" + folder.resolve("refused"),
            "sample.model=" + folder.resolve("other"),
            sampler);
    assertThat(refused.exitCode()).isEqualTo(4);
    assertThat(refused.err()).contains("learned for a model with modelSha256");
  }

  /** In this process on one and two tasks, and in another one whose serializer is Kryo. */
  @Test
  void samplesDoNotDependOnPartitionsOrSerializer() {
    String[] sets = {"sample.method=mdlm", "sample.steps=4"};
    JsonNode one = ok(Accelerant.run(arguments("sample", sample("samples1", 1, sets))));
    JsonNode two = ok(Accelerant.run(arguments("sample", sample("samples2", 2, sets))));
    assertThat(two.get("contentHash")).isEqualTo(one.get("contentHash"));
    List<String> kryo = sample("samples3", 2, sets);
    kryo.add("spark.master=local[2]");
    kryo.add("spark.serializer=org.apache.spark.serializer.KryoSerializer");
    JsonNode three = ok(Accelerant.spawn(Main.class, folder, arguments("sample", kryo)));
    assertThat(three.get("contentHash")).isEqualTo(one.get("contentHash"));
  }

  @Test
  void firstHittingDrawsFromATrainedModel() {
    JsonNode drawn =
        ok(
            Accelerant.run(
                arguments("sample", sample("hitting", 2, "sample.method=first-hitting"))));
    assertThat(drawn.get("metrics").get("nfe").asInt()).isEqualTo(LENGTH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sample.length=13        | 2 | sample.model (--set) is a model that was trained for length"
            + " 12",
        "sample.graph=uniform    | 2 | was trained for graph absorb; this run asks for graph"
            + " uniform",
        "sample.noiseEps=0.01    | 2 | was trained for noise LogLinear[eps=0.001]",
        "sample.model=model      | 2 | sample.model (--set) is \"model\", which is no model:"
            + " expected",
        "sample.model=@/nowhere  | 4 | /nowhere does not exist.",
        "sample.model=@/corpus   | 4 | sample.model needs an artifact of kind model; @/corpus is of"
            + " kind corpus.",
        "sample.model=@/plain    | 4 | config.json has no block \"diffusion\". train-teacher",
      })
  void mistakesAreExplained(String set, int code, String message) {
    Accelerant.Outcome outcome =
        run(
            "sample",
            "run.output=" + folder.resolve("never"),
            "sample.model=" + model,
            "sample.method=euler",
            "sample.steps=4",
            set.replace("@", folder.toString()));
    assertThat(outcome.err())
        .contains(message.replace("@", folder.toString()))
        .doesNotContain("\tat ");
    assertThat(outcome.exitCode()).isEqualTo(code);
    assertThat(folder.resolve("never/manifest.json")).doesNotExist();
  }

  @Test
  void dryRunReadsTheModelAndWritesNothing() {
    Accelerant.Outcome good =
        Accelerant.run(
            "lsd",
            "--dry-run",
            "--set",
            "run.output=" + folder.resolve("dry"),
            "--set",
            "lsd.teacher=" + model);
    assertThat(good.exitCode()).as(good.err()).isZero();
    assertThat(folder.resolve("dry")).doesNotExist();
  }
}
