package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.json.CanonicalJson;
import java.io.Serializable;
import java.util.Map;

/** How text becomes tokens 0 .. {@link #size} - 1, one of which ends an answer. */
public interface Tokenizer extends Serializable {
  /** Number of tokens, the end with them. */
  int size();

  /** The token that ends an answer. */
  int end();

  /**
   * The token that stands for a masked position; it may be one beyond {@link #size}.
   *
   * @throws io.accelerant.core.error.DataException if the tokenizer has none
   */
  int mask();

  /**
   * Whether one of the tokens is {@link #mask}: a text can spell it where it is a piece of text.
   */
  default boolean spellsMask(int[] tokens) {
    return false;
  }

  /**
   * Whether a network of so many tokens reads this one's.
   *
   * @param masked whether {@link #mask} is among them
   */
  boolean fits(int vocabulary, boolean masked);

  /**
   * The tokens of a text, without an end.
   *
   * @throws IllegalArgumentException if the text holds what the tokenizer cannot write; names it
   */
  int[] encode(String text);

  /**
   * The tokens of a prompt, which stand first in a row.
   *
   * @throws IllegalArgumentException as {@link #encode}
   */
  default int[] encodePrompt(String prompt) {
    return encode(prompt);
  }

  /**
   * The tokens of an answer, without an end, as they stand behind those of its prompt.
   *
   * @throws IllegalArgumentException as {@link #encode}
   */
  default int[] encodeAnswer(String prompt, String answer) {
    return encode(answer);
  }

  /**
   * What the tokens of a prompt spell: texts that are the same to a model have one spelling.
   *
   * @throws IllegalArgumentException as {@link #encode}
   */
  default String spell(String prompt) {
    return decode(encode(prompt));
  }

  /** The text of the tokens of an answer, up to the first {@link #end}; never fails. */
  String decode(int[] tokens);

  /** Characters without white space that it can write, each in one token. */
  String visible();

  /** What {@link Tokenizers#read} rebuilds it from: a block of a {@code config.json}. */
  Map<String, Object> config();

  /** What a {@code config.json} of a model says of its tokens where Hugging Face's loaders look. */
  default Map<String, Object> modelConfig() {
    return Map.of();
  }

  /** Writes the files that it is read from again beside that block, if there are any. */
  default void write(ArtifactWriter artifact) {}

  /** Two of one hash write the same tokens. */
  default String hash() {
    return CanonicalJson.sha256Of(config());
  }

  /** For messages. */
  default String describe() {
    return config().toString();
  }
}
