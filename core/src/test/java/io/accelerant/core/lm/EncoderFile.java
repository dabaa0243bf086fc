package io.accelerant.core.lm;

import io.accelerant.core.artifact.InputFile;
import java.nio.charset.StandardCharsets;

/** A tokenizer of a sentence encoder for tests, as its file says it. */
public final class EncoderFile {
  /** Tokens by number: {@code un} is 4. */
  public static final String[] PIECES = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "able", ",", "$", "\u4f60", "cafe",
    "a"
  };

  private EncoderFile() {}

  public static String json() {
    StringBuilder vocabulary = new StringBuilder();
    for (int i = 0; i < PIECES.length; i++) {
      vocabulary.append(i > 0 ? "," : "").append("\"" + PIECES[i] + "\":" + i);
    }
    return "{\"version\":\"1.0\",\"truncation\":{\"max_length\":8},\"normalizer\":{\"type\":\"BertNormalizer\","
        + "\"clean_text\":true,\"handle_chinese_chars\":true,\"strip_accents\":null,"
        + "\"lowercase\":true},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
        + "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":["
        + "{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
        + "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],\"pair\":["
        + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"
        + "\"special_tokens\":{\"[CLS]\":{\"id\":\"[CLS]\",\"ids\":[2],\"tokens\":[\"[CLS]\"]},"
        + "\"[SEP]\":{\"id\":\"[SEP]\",\"ids\":[3],\"tokens\":[\"[SEP]\"]}}},"
        + "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\","
        + "\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":10,\"vocab\":{"
        + vocabulary
        + "}}}";
  }

  public static InputFile of(String json) {
    return new InputFile("tokenizer.json", json.getBytes(StandardCharsets.UTF_8));
  }
}
