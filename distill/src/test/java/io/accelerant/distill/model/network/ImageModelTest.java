package io.accelerant.distill.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.VpLinear;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ImageModelTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() {
    ImageModel read = ImageModel.read(ImageModels.publish(folder.resolve("m"), 3), "a test");
    assertThat(read.network()).isEqualTo(ImageModels.network());
    assertThat(read.parameters()).isEqualTo(ImageModels.model(3).parameters());
    assertThat(read.schedule()).isEqualTo(VpLinear.standard());
  }

  @Test
  void aPrunedModelOfVideosOnAFlowIsReadAsItWasWritten() {
    PatchTransformer whole =
        new PatchTransformer(1, 4, 2, 8, 3, 2, 12, 3, false).withFrames(new Frames(2, 2));
    PatchTransformer pruned = whole.withKept(List.of(0, 2));
    float[] numbers = new float[whole.layout().size()];
    Arrays.fill(numbers, 0.5f);
    ImageModel model = new ImageModel(pruned, whole.pruned(numbers, pruned), new FlowPath());
    Artifact artifact =
        TextModels.publish(
            folder.resolve("video"), writer -> model.write(writer, model.parameters()));
    ImageModel read = ImageModel.read(artifact, "a test");
    assertThat(read.network()).isEqualTo(pruned);
    assertThat(read.parameters()).isEqualTo(model.parameters());
    assertThat(read.schedule()).isEqualTo(new FlowPath());
    assertThat(artifact.readJson(Model.CONFIG))
        .containsEntry("kept_blocks", List.of(0, 2))
        .extractingByKey("diffusion", InstanceOfAssertFactories.MAP)
        .containsEntry("kind", "video")
        .containsEntry("prediction", "flow");
  }

  @Test
  void bytesAndPixelsGoBackAndForth() {
    for (int b = 0; b < 256; b++) {
      assertThat(ImageModel.toByte(ImageModel.pixel((byte) b))).isEqualTo((byte) b);
    }
    assertThat(ImageModel.pixel((byte) 0)).isEqualTo(-1);
    assertThat(ImageModel.pixel((byte) 255)).isEqualTo(1);
    assertThat(ImageModel.toByte(-7)).isZero();
    assertThat(ImageModel.toByte(7)).isEqualTo((byte) 255);
  }

  static Stream<Arguments> wrongBlocks() {
    return Stream.of(
        Arguments.of("kind", "masked-text", "has no block \"diffusion\" of kind image"),
        Arguments.of("prediction", "data", "diffusion.prediction must be noise, is data"),
        Arguments.of("schedule", "straight", "no schedule is called straight"),
        Arguments.of("timeScale", 1, "diffusion.timeScale must be 1000, is 1"),
        Arguments.of("range", List.of(0, 1), "diffusion.range must be [-1, 1], is [0, 1]"),
        Arguments.of("nullLabel", 0, "diffusion.nullLabel must be 3, is 0"));
  }

  @ParameterizedTest
  @MethodSource("wrongBlocks")
  void aBlockThatContradictsIsRefused(String field, Object value, String message) {
    Map<String, Object> block = new LinkedHashMap<>();
    ((Map<?, ?>)
            ImageModels.publish(folder.resolve("good"), 1).readJson(Model.CONFIG).get("diffusion"))
        .forEach((key, v) -> block.put((String) key, v));
    block.put(field, value);
    Model model = new Model(ImageModels.network(), ImageModels.model(1).parameters());
    Artifact artifact =
        TextModels.publish(
            folder.resolve("wrong"), writer -> model.write(writer, Map.of("diffusion", block)));
    assertThatThrownBy(() -> ImageModel.read(artifact, "a test"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining(message);
  }

  @Test
  void textIsNoImage() {
    Artifact text = TextModels.publish(folder.resolve("text"), 1);
    assertThat(ImageModel.isOne(text)).isFalse();
    assertThatThrownBy(() -> ImageModel.read(text, "dcSolver.model"))
        .hasMessageContaining("dcSolver.model needs a diffusion model of images");
    Artifact image = ImageModels.publish(folder.resolve("image"), 1);
    assertThat(ImageModel.isOne(image)).isTrue();
    assertThatThrownBy(() -> MaskedTextModel.read(image, "lsd.teacher"))
        .hasMessageContaining("is a diffusion model of kind image");
  }

  @Test
  void aNetworkWithVarianceIsRefused() {
    PatchTransformer two = new PatchTransformer(1, 8, 4, 16, 1, 2, 32, 3, true);
    assertThatThrownBy(() -> new ImageModel(two, new float[0], VpLinear.standard()))
        .hasMessageContaining("learn_sigma");
  }
}
