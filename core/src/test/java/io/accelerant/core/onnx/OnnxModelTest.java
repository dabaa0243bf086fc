package io.accelerant.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest extends SparkTest {
  private static final OnnxSettings CPU = OnnxSettings.cpu();

  private static int[] tokens(String model, String input) {
    return Arrays.stream(OnnxExamples.goldenInput(model, input)).mapToInt(v -> (int) v).toArray();
  }

  private static void assertGolden(OnnxOutput output, String name) {
    double[] expected = OnnxExamples.goldenOutput(name);
    assertThat(output.values()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) output.values()[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void textLogitsEqualTorch() {
    try (OnnxModel model = OnnxExamples.file("text").open(CPU)) {
      assertThat(model.signature())
          .hasToString(
              "inputs tokens: int64 [batch, length]; outputs logits: float32 [batch, length, 28]");
      OnnxInput input = new OnnxInput.Integers("tokens", tokens("text", "tokens"), 3, 12);
      OnnxOutput output = model.run(List.of(input), "logits");
      assertThat(output.shape()).containsExactly(3, 12, 28);
      assertGolden(output, "text");
    }
  }

  @Test
  void int32TokensAndTimesEqualTorch() {
    try (OnnxModel model = OnnxExamples.file("timed-text").open(CPU)) {
      assertGolden(
          model.run(
              List.of(
                  new OnnxInput.Integers("ids", tokens("timed-text", "ids"), 4, 16),
                  new OnnxInput.Reals("t", OnnxExamples.goldenInput("timed-text", "t"), 4)),
              "prediction"),
          "timed-text");
    }
  }

  @Test
  void scalarInputEqualsTorch() {
    try (OnnxModel model = OnnxExamples.file("score-text").open(CPU)) {
      assertGolden(
          model.run(
              List.of(
                  new OnnxInput.Integers("tokens", tokens("score-text", "tokens"), 3, 12),
                  new OnnxInput.Reals("sigma", OnnxExamples.goldenInput("score-text", "sigma"))),
              "logScore"),
          "score-text");
    }
  }

  @Test
  void wrongNamesTypesAndShapesAreExplainedWithTheSignature() {
    try (OnnxModel model = OnnxExamples.file("timed-text").open(CPU)) {
      OnnxInput ids = new OnnxInput.Integers("ids", new int[64], 4, 16);
      OnnxInput t = new OnnxInput.Reals("t", new double[4], 4);
      String signature =
          " It has inputs ids: int32 [4, 16], t: float32 [4]; outputs prediction: float32 [4, 16, 27].";
      assertThatThrownBy(() -> model.run(List.of(ids), "prediction"))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "The model timed-text.onnx needs the input t: float32 [4], which is not given."
                  + signature);
      assertThatThrownBy(
              () ->
                  model.run(
                      List.of(ids, t, new OnnxInput.Reals("sigma", new double[1])), "prediction"))
          .hasMessage("The model timed-text.onnx has no input called \"sigma\"." + signature);
      assertThatThrownBy(() -> model.run(List.of(ids, t), "logits"))
          .hasMessage("The model timed-text.onnx has no output called \"logits\"." + signature);
      assertThatThrownBy(
              () ->
                  model.run(
                      List.of(new OnnxInput.Integers("ids", new int[30], 2, 15), t), "prediction"))
          .hasMessage(
              "The model timed-text.onnx takes ids: int32 [4, 16], was given [2, 15]." + signature);
      assertThatThrownBy(
              () ->
                  model.run(List.of(ids, new OnnxInput.Integers("t", new int[4], 4)), "prediction"))
          .hasMessage(
              "The model timed-text.onnx takes t: float32 [4], expected int32 or int64."
                  + signature);
    }
  }

  @Test
  void failureInsideTheModelNamesTheInputs() {
    try (OnnxModel model = OnnxExamples.file("text").open(CPU)) {
      int[] ids = {0, 1, 99};
      assertThatThrownBy(
              () -> model.run(List.of(new OnnxInput.Integers("tokens", ids, 1, 3)), "logits"))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("The model text.onnx failed on tokens [1, 3]:")
          .hasMessageContaining("idx=99 must be within the inclusive range [-28,27]");
    }
  }

  @Test
  void filesThatAreNoModelsAreRefused(@TempDir Path folder) throws Exception {
    Configuration hadoop = new Configuration(false);
    Path file = folder.resolve("m.onnx");
    assertThatThrownBy(() -> OnnxFile.read(file.toString(), hadoop))
        .isInstanceOf(DataException.class)
        .hasMessage("There is no file " + file + ".");
    assertThatThrownBy(() -> OnnxFile.read(folder.toString(), hadoop))
        .hasMessage(folder + " is a directory; an ONNX model is one file.");
    Files.writeString(file, "no model at all");
    assertThatThrownBy(() -> OnnxFile.read(file.toUri().toString(), hadoop))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is not an ONNX model: its bytes are not the protocol buffer")
        .hasMessageContaining("it is text");
    assertThatThrownBy(() -> OnnxFile.read("nosuch://x/m.onnx", hadoop))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot use nosuch://x/m.onnx:");
  }

  @Test
  void truncatedAndUnknownModelsAreDataErrors() {
    byte[] whole = OnnxExamples.bytes("image");
    assertThatThrownBy(() -> OnnxFile.of("cut", Arrays.copyOf(whole, whole.length / 2)))
        .isInstanceOf(DataException.class);
    byte[] wrong = OnnxExamples.bytes("image");
    String text = new String(wrong, java.nio.charset.StandardCharsets.ISO_8859_1);
    wrong[text.indexOf("\"\u0004Tanh") + 2] = 'B'; // the operator of a node
    assertThatThrownBy(() -> OnnxFile.of("wrong", wrong).open(CPU))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot load wrong:")
        .hasMessageContaining("Banh");
  }

  @Test
  void modelsOfAFileShareOneSession() {
    OnnxModel.closeIdle();
    int before = OnnxSessions.loads();
    OnnxModel first = OnnxExamples.file("image").open(CPU);
    OnnxModel second = OnnxExamples.file("image").open(CPU);
    assertThat(OnnxSessions.loads()).isEqualTo(before + 1);
    first.close();
    first.close();
    assertThat(second.signature().inputs()).hasSize(3);
    assertThat(OnnxSessions.open()).isEqualTo(1);
    second.close();
    try (OnnxModel again = OnnxExamples.file("image").open(CPU)) {
      assertThat(again.signature().inputs()).hasSize(3);
      assertThat(OnnxSessions.loads()).isEqualTo(before + 1);
    }
    assertThatThrownBy(() -> second.run(List.of(), "velocity"))
        .isInstanceOf(IllegalStateException.class);
    OnnxModel.closeIdle();
    assertThat(OnnxSessions.open()).isZero();
  }

  @Test
  void onlyTheLastTwoIdleSessionsStay() {
    OnnxModel.closeIdle();
    for (String name : List.of("image", "timed-text", "score-text")) {
      OnnxExamples.file(name).open(CPU).close();
    }
    assertThat(OnnxSessions.open()).isEqualTo(2);
    OnnxModel.closeIdle();
  }

  @Test
  void threadsShareASessionAndGetEqualBits() throws Exception {
    int[] ids = tokens("text", "tokens");
    OnnxModel.closeIdle();
    int before = OnnxSessions.loads();
    Callable<float[]> task =
        () -> {
          try (OnnxModel model = OnnxExamples.file("text").open(CPU)) {
            float[] last = null;
            for (int i = 0; i < 20; i++) {
              OnnxInput input = new OnnxInput.Integers("tokens", ids, 3, 12);
              last = model.run(List.of(input), "logits").values();
            }
            return last;
          }
        };
    float[] alone = task.call();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (var together : threads.invokeAll(List.of(task, task))) {
        assertThat(together.get()).isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
    assertThat(OnnxSessions.loads()).isEqualTo(before + 1);
  }

  @Test
  void bytesTravelToTasksByBroadcast() {
    OnnxModel.closeIdle();
    OnnxHandle handle = OnnxExamples.file("image").broadcast(context(), CPU);
    int before = OnnxSessions.loads();
    var context =
        org.apache.spark.api.java.JavaSparkContext.fromSparkContext(spark().sparkContext());
    List<String> signatures =
        context
            .parallelize(List.of(1, 2, 3, 4), 4)
            .map(
                i -> {
                  try (OnnxModel model = handle.open()) {
                    return model.signature().toString();
                  }
                })
            .collect();
    assertThat(signatures).hasSize(4).containsOnly(signatures.get(0));
    assertThat(OnnxSessions.loads()).isEqualTo(before + 1);
  }

  /** The class path of a driver or executor is long, and one version crashed on it. */
  @Test
  void aLongCommandLineDoesNoHarm(@TempDir Path folder) throws Exception {
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlong=" + "a".repeat(60_000),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LoadMain.class.getName())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(err)).isZero();
  }

  /** Loads a model. */
  static final class LoadMain {
    public static void main(String[] args) {
      OnnxExamples.file("image").open(CPU).close();
    }
  }

  @Test
  void cudaIsRefusedWhereTheLibraryLacksIt() {
    OnnxSettings cuda = new OnnxSettings(OnnxSettings.Provider.CUDA, 0, 1);
    assertThatThrownBy(() -> OnnxExamples.file("image").broadcast(context(), cuda))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("onnxruntime_gpu")
        .hasMessageContaining("CPU");
  }
}
