package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@code tokenizer.json} says. Where there is none, it is made of the files that came before
 * it, see {@link VocabularyFiles}.
 *
 * @param json without what cuts and fills rows
 * @param tokens each piece, those that were added too, with its number
 */
record Description(Map<String, Object> json, Map<String, Integer> tokens) {
  static final String VOCAB = "vocab";
  static final String ADDED = "added_tokens";

  /** Tokens at most: a bound on what a file can ask for. */
  private static final int MOST = 1 << 24;

  /**
   * @throws RuntimeException of the files if they describe none; names the file and the field
   */
  static Description of(TokenizerFiles files) {
    if (files.holds(TokenizerFiles.JSON)) {
      return read(files);
    } else if (files.holds(TokenizerFiles.VOCABULARY)) {
      return VocabularyFiles.gpt2(files);
    }
    return VocabularyFiles.bert(files);
  }

  private static Description read(TokenizerFiles files) {
    JsonReader file = files.json(TokenizerFiles.JSON);
    JsonReader model = file.block("model");
    Map<String, Integer> tokens = new LinkedHashMap<>();
    if (model.fields().get(VOCAB) instanceof List<?> scored) {
      scored.forEach(
          pair ->
              tokens.put(
                  pair instanceof List<?> two && !two.isEmpty() ? String.valueOf(two.get(0)) : "",
                  tokens.size()));
    } else {
      JsonReader vocabulary = model.block(VOCAB);
      vocabulary.fields().keySet().forEach(piece -> tokens.put(piece, vocabulary.whole(piece)));
    }
    if (file.has(ADDED)) {
      for (Object token : file.typed(ADDED, List.class, "a list")) {
        if (!(token instanceof Map<?, ?> fields)) {
          throw file.wrong(ADDED, "must be a list of objects");
        }
        JsonReader one = JsonReader.of(fields, file.where() + ": " + ADDED, file.error());
        tokens.put(one.text("content"), one.whole("id"));
      }
    }
    Map<String, Object> json = new LinkedHashMap<>(file.fields());
    json.keySet().removeAll(List.of("truncation", "padding"));
    return checked(files, TokenizerFiles.JSON, json, tokens);
  }

  /** With tokens whose numbers can be used. */
  static Description checked(
      TokenizerFiles files, String name, Map<String, Object> json, Map<String, Integer> tokens) {
    tokens.forEach(
        (piece, id) -> {
          if (id < 0 || id >= MOST) {
            throw files.wrong(
                name, Text.of("gives \"%s\" the number %d; expected 0 to %d.", piece, id, MOST));
          }
        });
    if (tokens.isEmpty()) {
      throw files.wrong(name, "holds no token.");
    }
    return new Description(json, tokens);
  }

  /** What the model is, such as {@code BPE}. */
  String model() {
    return json.get("model") instanceof Map<?, ?> model && model.get("type") != null
        ? String.valueOf(model.get("type"))
        : "model without a type";
  }

  /** The piece that stands for what has none; empty if there is no such piece. */
  String unknown() {
    if (!(json.get("model") instanceof Map<?, ?> model)) {
      return "";
    }
    if (model.get("unk_id") instanceof Integer id) {
      return tokens.entrySet().stream()
          .filter(token -> token.getValue().equals(id))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse("");
    }
    return model.get("unk_token") instanceof String piece ? piece : "";
  }

  /** Tokens, each number up to the largest. */
  int size() {
    return 1 + tokens.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
  }
}
