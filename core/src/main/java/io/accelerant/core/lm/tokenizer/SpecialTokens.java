package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Which tokens have a part of their own: {@code bos}, {@code eos}, {@code pad}, {@code mask}. They
 * are what the files say, {@code tokenizer_config.json} before {@code special_tokens_map.json}
 * before the numbers of the model's {@code config.json}, and never guessed.
 */
final class SpecialTokens {
  private static final String TEMPLATE = "chat_template";
  private static final List<String> ROLES = List.of("bos", "eos", "pad", "mask");

  /** Ends the name of a field with the number of a token. */
  static final String NUMBER = "_token_id";

  private SpecialTokens() {}

  /** Role to number, of those that the files name. */
  static TreeMap<String, Integer> of(TokenizerFiles files, Description description) {
    TreeMap<String, Integer> special = new TreeMap<>();
    for (String role : ROLES) {
      Optional<String> piece = named(files, role);
      if (piece.isPresent()) {
        Integer id = description.tokens().get(piece.get());
        if (id == null) {
          throw files.wrong(
              TokenizerFiles.CONFIG,
              Text.of(
                  "(or %s) names \"%s\" as its %s_token, which the vocabulary does not hold.",
                  TokenizerFiles.SPECIAL, piece.get(), role));
        }
        special.put(role, id);
      } else {
        number(files, role, description.size()).ifPresent(id -> special.put(role, id));
      }
    }
    return special;
  }

  /** The piece that plays a role. */
  static Optional<String> named(TokenizerFiles files, String role) {
    return named(files.json(TokenizerFiles.CONFIG), role + "_token")
        .or(() -> named(files.json(TokenizerFiles.SPECIAL), role + "_token"));
  }

  private static Optional<String> named(JsonReader file, String field) {
    if (!file.has(field)) {
      return Optional.empty();
    }
    return Optional.of(
        file.fields().get(field) instanceof Map<?, ?>
            ? file.block(field).text("content")
            : file.text(field));
  }

  /** The template of conversations, with the pieces that it names. */
  static ChatTemplate chat(TokenizerFiles files) {
    Map<String, String> pieces = new TreeMap<>();
    for (String role : List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask")) {
      named(files, role).ifPresent(piece -> pieces.put(role + "_token", piece));
    }
    String file = files.where() + "/" + TokenizerFiles.CONFIG;
    return files
        .chat()
        .map(text -> new ChatTemplate(files.where() + "/" + TokenizerFiles.CHAT, text, pieces))
        .or(() -> configured(files).map(text -> new ChatTemplate(file, text, pieces)))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.of(
                        "%s has no chat template, neither in %s nor as %s",
                        files.where(), TokenizerFiles.CONFIG, TokenizerFiles.CHAT)));
  }

  /** One template, or that of several which is called {@code default}. */
  private static Optional<String> configured(TokenizerFiles files) {
    JsonReader config = files.json(TokenizerFiles.CONFIG);
    if (config.fields().get(TEMPLATE) instanceof List<?> several) {
      return several.stream()
          .filter(one -> one instanceof Map<?, ?> map && "default".equals(map.get("name")))
          .map(one -> String.valueOf(((Map<?, ?>) one).get("template")))
          .findFirst();
    }
    return config.has(TEMPLATE) ? Optional.of(config.text(TEMPLATE)) : Optional.empty();
  }

  /** One number; several are for those who stop at any of them. */
  private static OptionalInt number(TokenizerFiles files, String role, int size) {
    JsonReader config = files.json(TokenizerFiles.MODEL);
    String field = role + NUMBER;
    if (!config.has(field)) {
      return OptionalInt.empty();
    }
    boolean list = config.fields().get(field) instanceof List<?>;
    List<Integer> ids = list ? config.wholes(field) : List.of(config.whole(field));
    if (ids.size() != 1) {
      return OptionalInt.empty();
    }
    if (ids.get(0) < 0 || ids.get(0) >= size) {
      throw config.wrong(
          field, Text.of("is %d; the tokenizer beside it has %d tokens", ids.get(0), size));
    }
    return OptionalInt.of(ids.get(0));
  }
}
