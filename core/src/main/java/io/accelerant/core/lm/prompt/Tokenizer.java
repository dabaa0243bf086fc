package io.accelerant.core.lm.prompt;

import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import java.io.Serializable;
import java.util.Map;

/**
 * How text becomes tokens 0 .. {@link #size} - 1, the last of which ends an answer. A masked model
 * has MASK as one token more, {@link #size}.
 */
public interface Tokenizer extends Serializable {
  /** Number of tokens, the end with them, MASK without. */
  int size();

  /** The token that ends an answer. */
  int end();

  /**
   * The tokens of a text, without an end.
   *
   * @throws IllegalArgumentException if the text holds what the tokenizer cannot write; names it
   */
  int[] encode(String text);

  /** The text of tokens, up to the first {@link #end} if there is one; never fails. */
  String decode(int[] tokens);

  /** Characters without white space that it can write, each in one token. */
  String visible();

  /** What {@link #of} rebuilds it from: a block of a {@code config.json}. */
  Map<String, Object> config();

  /** Two of one hash write the same tokens. */
  default String hash() {
    return CanonicalJson.sha256Of(config());
  }

  /** Reads {@link #config}. */
  static Tokenizer of(JsonReader config) {
    config.only("kind", SymbolTokenizer.KIND);
    return SymbolTokenizer.of(config);
  }
}
