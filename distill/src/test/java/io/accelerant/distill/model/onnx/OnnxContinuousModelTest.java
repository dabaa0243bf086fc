package io.accelerant.distill.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.onnx.OnnxExamples;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxNoise;
import io.accelerant.core.onnx.OnnxPort.Element;
import io.accelerant.core.onnx.OnnxSettings;
import io.accelerant.distill.model.onnx.OnnxContinuousModel.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxContinuousModelTest {
  private static final int SIZE = 2 * 4 * 4;

  private static OnnxModel open(String name) {
    return OnnxExamples.file(name).open(OnnxSettings.cpu());
  }

  private static Names names(String x, String time, String label, String output) {
    return new Names(
        Optional.ofNullable(x),
        Optional.ofNullable(time),
        Optional.ofNullable(label),
        Optional.ofNullable(output));
  }

  @Test
  void predictionsEqualTorchItemByItem() {
    double[] x = OnnxExamples.goldenInput("image", "x");
    double[] t = OnnxExamples.goldenInput("image", "t");
    double[] labels = OnnxExamples.goldenInput("image", "label");
    double[] expected = OnnxExamples.goldenOutput("image");
    try (OnnxContinuousModel model = OnnxContinuousModel.of(open("image"), Names.none())) {
      assertThat(model.item()).containsExactly(2, 4, 4);
      assertThat(model.isConditional()).isTrue();
      double[] out = new double[SIZE];
      for (int b = 0; b < t.length; b++) {
        double[] item = Arrays.copyOfRange(x, b * SIZE, (b + 1) * SIZE);
        model.predict(item, t[b], new int[] {(int) labels[b]}, out);
        double[] own = Arrays.copyOfRange(expected, b * SIZE, (b + 1) * SIZE);
        assertThat(out).containsExactly(own, within(1e-5));
      }
    }
  }

  @Test
  void aBatchIsItsItems() {
    double[] x = OnnxExamples.goldenInput("image", "x");
    try (OnnxContinuousModel model =
        OnnxContinuousModel.of(open("image"), names("x", "t", "label", "velocity"), 2, 4, 4)) {
      double[] together = new double[x.length];
      model.predict(x, 0.5, new int[] {1, 2, 3}, together);
      double[] alone = new double[SIZE];
      model.predict(Arrays.copyOfRange(x, SIZE, 2 * SIZE), 0.5, new int[] {2}, alone);
      assertThat(Arrays.copyOfRange(together, SIZE, 2 * SIZE)).containsExactly(alone, within(1e-6));
      assertThatThrownBy(() -> model.predict(x, 0.5, new int[] {1}, together))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT32", "INT64", "FLOAT16", "FLOAT32", "FLOAT64"})
  void theTimeHasAnyTypeAndShape(Element element) {
    double[] x = IntStream.range(0, 3 * 16).mapToDouble(i -> i / 8.0).toArray();
    double[] expected = Arrays.stream(x).map(v -> v / 2 + 999 * OnnxNoise.SLOPE).toArray();
    for (int[] sizes : List.of(new int[0], new int[] {1}, new int[] {-1})) {
      byte[] bytes = OnnxNoise.model(element, OnnxNoise.SLOPE, sizes);
      try (OnnxContinuousModel model =
          OnnxContinuousModel.of(
              OnnxFile.of("noise.onnx", bytes).open(OnnxSettings.cpu()), Names.none())) {
        double[] noise = new double[x.length];
        model.predict(x, 999, new int[0], noise);
        assertThat(noise).as(Arrays.toString(sizes)).containsExactly(expected, within(1e-6));
        assertThat(model.wholeTime().isPresent()).isEqualTo(element.isInteger());
      }
    }
  }

  @Test
  void otherModelsAreRefusedWithTheirSignature() {
    try (OnnxModel text = open("text");
        OnnxModel image = open("image")) {
      assertThatThrownBy(() -> OnnxContinuousModel.of(text, Names.none()))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "The model text.onnx has no input for x: expected floating-point numbers [batch, ...]."
                  + " It has inputs tokens: int64 [batch, length]; outputs logits: float32 [batch, length, 28].");
      assertThatThrownBy(() -> OnnxContinuousModel.of(image, Names.none(), 3, 4, 4))
          .hasMessageContaining(
              "takes x as x: float32 [batch, 2, 4, 4], expected floating-point numbers [batch, 3, 4, 4]");
      assertThatThrownBy(() -> OnnxContinuousModel.of(image, names("image", null, null, null)))
          .hasMessageContaining("has no input \"image\" for x left");
      assertThatThrownBy(() -> OnnxContinuousModel.of(image, names("x", "x", null, null)))
          .hasMessageContaining("has no input \"x\" for time left");
      assertThatThrownBy(() -> OnnxContinuousModel.of(image, names(null, null, null, "noise")))
          .hasMessageContaining("has 0 outputs \"noise\" of floating-point numbers");
      assertThatThrownBy(() -> OnnxContinuousModel.of(image, names(null, "label", "t", null)))
          .hasMessageContaining("takes the label as t: float32 [batch], expected integers [batch]");
    }
  }
}
