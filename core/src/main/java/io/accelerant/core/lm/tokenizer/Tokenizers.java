package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** The one door to tokenizers. */
public final class Tokenizers {
  private static final String CONFIG = "config.json";
  private static final String BLOCK = "tokenizer";

  /** Where a model keeps that block. */
  private static final String LANGUAGE = "language";

  private Tokenizers() {}

  /**
   * By the name that a user gives: {@code alphabet:..}, see {@link SymbolTokenizer#named}; or the
   * URI of a folder with {@code tokenizer.json}, {@code vocab.json} and {@code merges.txt}, or
   * {@code vocab.txt}; or that of an artifact, whose tokenizer it is.
   *
   * @throws IllegalArgumentException if it is none of these
   * @throws DataException if the files of a folder are no tokenizer
   * @throws ArtifactException if an artifact is damaged or has no tokenizer
   */
  public static Tokenizer named(String name, Configuration hadoop) {
    if (name.startsWith(SymbolTokenizer.PREFIX)) {
      return SymbolTokenizer.named(name);
    }
    Optional<Artifact> artifact = Artifact.find(name, hadoop);
    if (artifact.isPresent()) {
      return of(artifact.get());
    }
    TokenizerFiles files = TokenizerFiles.of(name, hadoop);
    if (!files.holdOne()) {
      throw new IllegalArgumentException(
          Text.of(
              "a tokenizer is alphabet:<letters27, bytes or symbols>, or the URI of an artifact or"
                  + " of a folder with %s, %s and %s, or %s; there is none in \"%s\"",
              TokenizerFiles.JSON,
              TokenizerFiles.VOCABULARY,
              TokenizerFiles.MERGES,
              TokenizerFiles.PIECES,
              name));
    }
    return PretrainedTokenizer.of(files);
  }

  private static Tokenizer of(Artifact artifact) {
    if (artifact.holds(CONFIG)) {
      JsonReader config =
          JsonReader.of(
              artifact.readJson(CONFIG), artifact.uri() + "/" + CONFIG, ArtifactException::new);
      if (config.has(LANGUAGE)) {
        return read(artifact, config.block(LANGUAGE).inner(BLOCK));
      } else if (config.has(BLOCK)) {
        return read(artifact, config.inner(BLOCK));
      }
    }
    return find(artifact)
        .orElseThrow(() -> new ArtifactException(Text.of("%s has no tokenizer.", artifact.uri())));
  }

  /**
   * That which wrote {@link Tokenizer#config} and its files into an artifact.
   *
   * @throws ArtifactException if it cannot be read, or the files are those of another
   */
  public static Tokenizer read(Artifact artifact, JsonReader config) {
    if (PretrainedTokenizer.KIND.equals(config.fields().get("kind"))) {
      return PretrainedTokenizer.of(TokenizerFiles.of(artifact), config);
    }
    return SymbolTokenizer.of(config);
  }

  /** Names of the files that a tokenizer may have. */
  public static List<String> files() {
    return TokenizerFiles.NAMES;
  }

  /** Whether an artifact holds the files of a tokenizer. */
  public static boolean isIn(Artifact artifact) {
    return TokenizerFiles.MAIN.stream().anyMatch(artifact::holds);
  }

  /**
   * That of an artifact which holds the files of one and says nothing of them, as an imported model
   * does.
   *
   * @throws ArtifactException if they are there and are no tokenizer
   */
  public static Optional<Tokenizer> find(Artifact artifact) {
    TokenizerFiles files = TokenizerFiles.of(artifact);
    return files.holdOne() ? Optional.of(PretrainedTokenizer.of(files)) : Optional.empty();
  }
}
