package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.lm.tokenizer.SentenceTokenizer;
import io.accelerant.core.onnx.OnnxEncoder;
import io.accelerant.core.onnx.OnnxExamples;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxSettings;
import org.junit.jupiter.api.Test;

class SentenceEncoderTest {
  private static final SentenceTokenizer TOKENIZER =
      SentenceTokenizer.of(EncoderFile.of(EncoderFile.json()));

  @Test
  void isTheDirectionOfTheMeanState() {
    float[][] table = new float[EncoderFile.PIECES.length][2];
    table[2] = new float[] {1, 0}; // [CLS]
    table[12] = new float[] {2, 4}; // a
    OnnxFile file = OnnxFile.of("encoder.onnx", OnnxEncoder.model(table));
    try (SentenceEncoder encoder = new SentenceEncoder(file.open(OnnxSettings.cpu()), TOKENIZER)) {
      assertThat(encoder.encode("a")).containsExactly(new float[] {.6f, .8f}, within(1e-6f));
    }
  }

  @Test
  void whatIsNoEncoderIsRefused() {
    OnnxModel model = OnnxExamples.file("image").open(OnnxSettings.cpu());
    assertThatThrownBy(() -> new SentenceEncoder(model, TOKENIZER))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("input_ids");
  }
}
