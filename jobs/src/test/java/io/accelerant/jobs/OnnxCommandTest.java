package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.onnx.OnnxExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks of the user's own on the command line. */
class OnnxCommandTest extends SparkTest {
  @TempDir static Path folder;

  private static Path model;
  private static Path corpus;

  /** What the model of the tests was taught, with a paragraph on a line. */
  @BeforeAll
  static void prepare() throws IOException {
    spark();
    model = OnnxExamples.copy("text", folder);
    String licence = Files.readString(Accelerant.project().resolve("LICENSE"));
    List<String> paragraphs = new ArrayList<>();
    for (String paragraph : licence.split("\n\\s*\n")) {
      paragraphs.add(paragraph.replace('\n', ' '));
    }
    Path text = Files.write(folder.resolve("licence.txt"), paragraphs);
    corpus = folder.resolve("corpus");
    Accelerant.Outcome prepared =
        run(
            "prepare-text",
            "run.output=" + corpus,
            "prepareText.source=" + text,
            "prepareText.length=32",
            "prepareText.split=[0.8,0.05,0.15]");
    assertThat(prepared.exitCode()).as(prepared.err()).isZero();
  }

  private static Accelerant.Outcome run(String job, String... sets) {
    List<String> arguments = new ArrayList<>(List.of(job));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return Accelerant.run(arguments.toArray(String[]::new));
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
            "lsd.teacher=onnx:" + model,
            "lsd.reference=" + corpus,
            "lsd.steps=[4]",
            "lsd.baselineSteps=[4,16]",
            "lsd.teacherSteps=16",
            "lsd.trajectories=16",
            "lsd.objective=[scoreL2,direct]",
            "lsd.directIterations=3",
            "lsd.directSamples=16",
            "lsd.jysSamples=8",
            "lsd.fitSamples=16",
            "lsd.exponents=[1.0,1.3]",
            "lsd.judgeOrder=3",
            "lsd.samples=24",
            "lsd.seeds=[101]",
            "lsd.batch=8",
            "lsd.partitions=" + partitions));
  }

  private static JsonNode sample(String output, int partitions, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(output),
                "run.format=json",
                "sample.model=onnx:" + model,
                "sample.count=20",
                "sample.batch=8",
                "sample.partitions=" + partitions));
    sets.addAll(List.of(more));
    return ok(run("sample", sets.toArray(String[]::new)));
  }

  /** Twice: its tasks after each other and two at once; then its sampler draws from the network. */
  @Test
  void lsdLearnsASamplerForANetwork() {
    JsonNode one = lsd("lsd1", 1);
    JsonNode two = lsd("lsd2", 2);
    assertThat(two.get("contentHash")).isEqualTo(one.get("contentHash"));
    JsonNode metrics = one.get("metrics");
    assertThat(metrics.get("student.m4.judgeNll").asDouble()).isBetween(1.0, 5.0);
    assertThat(two.get("metrics").get("student.m4.judgeNll"))
        .isEqualTo(metrics.get("student.m4.judgeNll"));
    String sampler = "sample.sampler=" + folder.resolve("lsd1");
    JsonNode samples = sample("drawn", 2, sampler);
    assertThat(samples.get("metrics").get("samples").asInt()).isEqualTo(20);
    assertThat(samples.get("metrics").get("nfe").asInt()).isEqualTo(5);
    Accelerant.Outcome other =
        run(
            "sample",
            "run.output=" + folder.resolve("other"),
            "sample.model=markov:2:" + corpus,
            sampler);
    assertThat(other.exitCode()).isEqualTo(4);
    assertThat(other.err()).contains("model");
  }

  @Test
  void samplesReadAsTextAndDoNotDependOnThePartitions() throws IOException {
    String[] sets = {
      "sample.method=mdlm", "sample.steps=8", "sample.length=32", "onnx.alphabet=letters27"
    };
    JsonNode one = sample("samples1", 1, sets);
    JsonNode two = sample("samples2", 2, sets);
    assertThat(two.get("contentHash")).isEqualTo(one.get("contentHash"));
    try (var files = Files.list(folder.resolve("samples1/samples.jsonl"))) {
      Path first = files.filter(f -> f.toString().endsWith(".json")).sorted().findFirst().get();
      assertThat(Files.readString(first)).containsPattern("\"text\":\"[a-z ]{32}\"");
    }
  }

  @Test
  void firstHittingDrawsFromANetworkThatIsNotGivenTheTime() {
    JsonNode samples = sample("hitting", 2, "sample.method=first-hitting", "sample.length=16");
    assertThat(samples.get("metrics").get("nfe").asInt()).isEqualTo(16);
  }

  @Test
  void dryRunReadsTheModelAndWritesNothing() {
    String[] arguments = {
      "lsd",
      "--dry-run",
      "--set",
      "run.output=" + folder.resolve("dry"),
      "--set",
      "lsd.teacher=onnx:" + model,
      "--set",
      "lsd.reference=" + corpus
    };
    Accelerant.Outcome outcome = Accelerant.run(arguments);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(folder.resolve("dry")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "onnx.tokens=ids     | 2 | onnx.tokens (--set) is \"ids\", which is no input. The model",
        "onnx.time=t         | 2 | onnx.time (--set) is \"t\", which is no input.",
        "onnx.output=scores  | 2 | onnx.output (--set) is \"scores\", which is no output.",
        "onnx.mask=29        | 2 | onnx.mask (--set) is 29, but the output logits of",
        "onnx.alphabet=bytes | 2 | has 28 columns and MASK 27, so 27 symbols; the alphabet has 256.",
        "onnx.provider=cuda  | 2 | put com.microsoft.onnxruntime:onnxruntime_gpu on the class path",
        "onnx.provider=tpu   | 2 | onnx.provider (--set) must be one of cpu, cuda, is \"tpu\".",
        "onnx.token=x        | 2 | the nearest valid key is onnx.tokens",
        "sample.length=65    | 3 | failed on tokens [1, 65]:",
        "sample.graph=uniform| 2 | sample.method",
        "sample.model=onnx:nowhere.onnx | 3 | There is no file nowhere.onnx.",
        "sample.model=onnx:LICENSE | 3 | LICENSE.",
        "sample.model=torch:x | 2 | is no model: expected"
      })
  void mistakesAreExplained(String set, int code, String message) {
    Accelerant.Outcome outcome =
        run(
            "sample",
            "run.output=" + folder.resolve("never"),
            "sample.model=onnx:" + model,
            "sample.length=32",
            "sample.method=mdlm",
            "sample.steps=4",
            set);
    assertThat(outcome.err()).contains(message).doesNotContain("\tat ");
    assertThat(outcome.exitCode()).isEqualTo(code);
    assertThat(folder.resolve("never/manifest.json")).doesNotExist();
  }

  @Test
  void withoutAReferenceTheTeachersOwnSamplesAreIt() {
    Accelerant.Outcome outcome =
        run(
            "lsd",
            "run.output=" + folder.resolve("own"),
            "lsd.teacher=onnx:" + model,
            "lsd.length=16",
            "lsd.steps=2",
            "lsd.baselineSteps=2",
            "lsd.teacherSteps=4",
            "lsd.trajectories=16",
            "lsd.batch=8",
            "lsd.objective=direct",
            "lsd.directIterations=2",
            "lsd.directSamples=16",
            "lsd.jysSamples=8",
            "lsd.passes=1",
            "lsd.fitSamples=16",
            "lsd.exponents=[1.0, 1.2]",
            "lsd.samples=16");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("no lsd.reference");
    assertThat(outcome.line().get("metrics").get("student.m2.bigramTv").asDouble())
        .isBetween(0.0, 1.0);
  }
}
