package io.accelerant.core.lm.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Folders of small tokenizers, made for tests from a few sentences: {@code gpt2} ({@code
 * vocab.json}, {@code merges.txt}), {@code llama} ({@code tokenizer.json} with special tokens and a
 * chat template) and {@code bert} ({@code vocab.txt}).
 */
public final class TokenizerFolder {
  private static final List<String> NAMES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt");

  private TokenizerFolder() {}

  /** Copies one. */
  public static Path copy(String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String file : NAMES) {
      try (InputStream in =
          TokenizerFolder.class.getResourceAsStream("/tokenizers/" + name + "/" + file)) {
        if (in != null) {
          Files.copy(in, folder.resolve(file));
        }
      }
    }
    return folder;
  }
}
