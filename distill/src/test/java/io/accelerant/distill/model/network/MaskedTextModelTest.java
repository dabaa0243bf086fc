package io.accelerant.distill.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.model.Model;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MaskedTextModelTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() {
    Artifact artifact = TextModels.publish(folder.resolve("model"), 3);
    MaskedTextModel written = TextModels.model(3);
    MaskedTextModel read = MaskedTextModel.read(artifact, "lsd.teacher");
    assertThat(read.network()).isEqualTo(written.network());
    assertThat(read.parameters()).isEqualTo(written.parameters());
    assertThat(read.alphabet()).isEqualTo(Alphabet.LETTERS27);
    assertThat(read.length()).isEqualTo(TextModels.LENGTH);
    assertThat(read.process()).isEqualTo(written.process());
    MaskedTextModel raw = MaskedTextModel.readRaw(artifact, "lsd.teacher");
    assertThat(raw.parameters()[0]).isEqualTo(2 * written.parameters()[0]);
  }

  /** It is an ordinary model besides. */
  @Test
  void loadersThatKnowNothingOfDiffusionReadIt() {
    Artifact artifact = TextModels.publish(folder.resolve("model"), 3);
    assertThat(Model.read(artifact).network()).isEqualTo(TextModels.network());
    assertThat(artifact.safetensors(Model.RAW_WEIGHTS).names())
        .isEqualTo(artifact.safetensors(Model.WEIGHTS).names());
  }

  @Test
  void partsThatDoNotGoTogetherAreRefused() {
    NoiseSchedule.LogLinear noise = new NoiseSchedule.LogLinear(1e-3);
    float[] parameters = TextModels.model(1).parameters();
    assertThatThrownBy(
            () ->
                new MaskedTextModel(
                    TextModels.network(), parameters, Alphabet.BYTES, TextModels.LENGTH, noise))
        .hasMessage("the alphabet bytes and MASK are 257 tokens, but the network has 28");
    assertThatThrownBy(
            () ->
                new MaskedTextModel(
                    TextModels.network(), parameters, Alphabet.LETTERS27, 13, noise))
        .hasMessage("length must be 2 to the network's 12, is 13");
    assertThatThrownBy(
            () ->
                new MaskedTextModel(
                    TextModels.network().withCausal(true),
                    parameters,
                    Alphabet.LETTERS27,
                    12,
                    noise))
        .hasMessageContaining("the network is causal");
  }

  static Stream<Arguments> wrongBlocks() {
    return Stream.of(
        Arguments.of("kind", "image", "is a diffusion model of kind image"),
        Arguments.of("graph", "uniform", "config.json: diffusion.graph must be absorb, is uniform"),
        Arguments.of("prediction", "score", "diffusion.prediction must be x0, is score"),
        Arguments.of("weights", "raw", "diffusion.weights must be ema, is raw"),
        Arguments.of("alphabet", "bytes", "the alphabet bytes and MASK are 257 tokens"),
        Arguments.of("alphabet", "runes", "alphabet must be letters27 or bytes, is \"runes\""),
        Arguments.of("length", 64, "length must be 2 to the network's 12, is 64"),
        Arguments.of("length", "12", "diffusion.length must be a whole number, is 12"),
        Arguments.of("maskToken", 0, "diffusion.maskToken must be 27, is 0"),
        Arguments.of("noise", null, "diffusion.noise must be an object, is missing"),
        Arguments.of(
            "noise", Map.of("kind", "geometric"), "noise.kind must be loglinear, is geometric"),
        Arguments.of(
            "noise", Map.of("kind", "loglinear"), "noise.eps must be a number, is missing"),
        Arguments.of(
            "noise", Map.of("kind", "loglinear", "eps", 2), "eps must be in (0, 1), is 2.0"));
  }

  @ParameterizedTest
  @MethodSource("wrongBlocks")
  void aBlockThatContradictsIsRefused(String field, Object value, String message) {
    Map<String, Object> config =
        TextModels.publish(folder.resolve("good"), 1).readJson(Model.CONFIG);
    Map<String, Object> block = new LinkedHashMap<>();
    ((Map<?, ?>) config.get("diffusion")).forEach((key, v) -> block.put((String) key, v));
    if (value == null) {
      block.remove(field);
    } else {
      block.put(field, value);
    }
    assertRefused(
        new Model(TextModels.network(), TextModels.model(1).parameters()), block, message);
  }

  @Test
  void anotherModelIsRefused() {
    Model plain = new Model(TextModels.network(), TextModels.model(1).parameters());
    assertRefused(
        plain,
        null,
        "config.json has no block \"diffusion\". train-teacher with trainTeacher.kind = masked-text");
  }

  private void assertRefused(Model model, Map<String, Object> block, String message) {
    Map<String, Object> extra = block == null ? Map.of() : Map.of("diffusion", block);
    Artifact artifact =
        TextModels.publish(folder.resolve("wrong"), writer -> model.write(writer, extra));
    assertThatThrownBy(() -> MaskedTextModel.read(artifact, "lsd.teacher"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining(message);
  }
}
