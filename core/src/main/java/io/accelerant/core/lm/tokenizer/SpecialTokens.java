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
  private static final List<String> ROLES = List.of("bos", "eos", "pad", "mask");

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

  /** One number; several are for those who stop at any of them. */
  private static OptionalInt number(TokenizerFiles files, String role, int size) {
    JsonReader config = files.json(TokenizerFiles.MODEL);
    String field = role + "_token_id";
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
