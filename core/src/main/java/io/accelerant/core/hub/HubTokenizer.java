package io.accelerant.core.hub;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.lm.tokenizer.SymbolFiles;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.model.Model;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tokenizer of a model that has no files of one: symbols.
 *
 * @param files name of each to its content
 * @param special {@code eos} and {@code mask}, those that the model has, to their numbers
 */
record HubTokenizer(Map<String, Map<String, Object>> files, Map<String, Integer> special) {
  private static final String LANGUAGE = "language";
  private static final String DIFFUSION = "diffusion";
  private static final String ALPHABET = "alphabet";

  /**
   * @param config of the model
   * @throws ArtifactException if it says things that do not go together
   */
  static Optional<HubTokenizer> of(Artifact artifact, Map<String, Object> config) {
    JsonReader reader =
        JsonReader.of(config, artifact.uri() + "/" + Model.CONFIG, ArtifactException::new);
    if (reader.has(LANGUAGE)) {
      JsonReader block = reader.block(LANGUAGE);
      return Tokenizers.read(artifact, block.inner("tokenizer")) instanceof SymbolTokenizer symbols
          ? Optional.of(new HubTokenizer(SymbolFiles.of(symbols, special(block)), special(block)))
          : Optional.empty();
    }
    if (reader.has(DIFFUSION) && reader.block(DIFFUSION).has(ALPHABET)) {
      JsonReader block = reader.block(DIFFUSION);
      Map<String, Integer> special = special(block);
      return Optional.of(new HubTokenizer(SymbolFiles.of(alphabet(block), special), special));
    }
    return Optional.empty();
  }

  private static Alphabet alphabet(JsonReader block) {
    try {
      return Alphabet.read(block);
    } catch (IllegalArgumentException e) {
      throw block.wrong(ALPHABET, Text.of("is not known: %s", e.getMessage()));
    }
  }

  private static Map<String, Integer> special(JsonReader block) {
    Map<String, Integer> special = new TreeMap<>();
    Map.of("endToken", "eos", "maskToken", "mask")
        .forEach(
            (field, role) -> {
              if (block.has(field)) {
                special.put(role, block.whole(field));
              }
            });
    return special;
  }

  /** What {@code config.json} says of the tokens; unsaid, transformers takes those of GPT-2. */
  Map<String, Object> modelConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("bos_token_id", null);
    special.forEach((role, id) -> config.put(role + "_token_id", id));
    return config;
  }
}
