package io.accelerant.core.lm;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.CausalNetwork;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A network that answers prompts, with the tokenizer that it reads: causal, or masked. An artifact
 * of kind {@code model} whose {@code config.json} says so in a block {@code language}; or an
 * imported one, which has the files of a tokenizer beside its network.
 *
 * @param network from {@code tokenizer.size()} tokens, and MASK if it is masked, to as many logits;
 *     with a pretrained tokenizer it may have more, which stand for no token
 * @param parameters in the order of {@code network.layout()}; not copied
 * @param kind how it writes
 */
public record LanguageModel(
    TokenNetwork network, float[] parameters, Tokenizer tokenizer, Kind kind) {
  private static final String BLOCK = "language";

  /** How a model writes. */
  public enum Kind {
    /** From left to right. */
    CAUSAL("causal-text"),
    /** Masked positions in any order. */
    MASKED("masked-text");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Name in configurations and artifacts. */
    public String label() {
      return label;
    }
  }

  /**
   * @throws IllegalArgumentException if network and tokenizer do not go together
   */
  public LanguageModel {
    if (!tokenizer.fits(network.vocabulary(), kind == Kind.MASKED)) {
      throw new IllegalArgumentException(
          Text.of(
              "a %s model of a tokenizer with %d tokens cannot be a network of %d",
              kind.label(), tokenizer.size(), network.vocabulary()));
    }
  }

  /** Token of MASK, of a masked model. */
  public int mask() {
    return tokenizer.mask();
  }

  /** Which logits of a masked model are those of tokens that may come. */
  public MaskedVocabulary vocabulary() {
    return MaskedVocabulary.of(network, tokenizer);
  }

  /**
   * Refuses tokens of another tokenizer.
   *
   * @param other wrote the tokens of {@code uri}
   * @throws DataException if it is another
   */
  public void requireSame(Tokenizer other, String uri) {
    if (!other.hash().equals(tokenizer.hash())) {
      throw new DataException(
          Text.of(
              "%s has the tokens of %s, but the model reads those of %s; prepare the prompts with"
                  + " the model's tokenizer.",
              uri, other.describe(), tokenizer.describe()));
    }
  }

  /**
   * Writes {@code config.json} and both sets of weights.
   *
   * @param raw the weights as training left them
   */
  public void write(ArtifactWriter artifact, float[] raw) {
    new Model(network, parameters).write(artifact, writtenConfig(artifact));
    new Model(network, raw).writeWeights(artifact, Model.RAW_WEIGHTS);
  }

  /** Writes {@code config.json} and the weights alone, see {@link Model#writeHalf}. */
  public void writeHalf(ArtifactWriter artifact) {
    new Model(network, parameters).writeHalf(artifact, writtenConfig(artifact));
  }

  /** Writes the tokenizer and says what the configuration has to hold. */
  private Map<String, Object> writtenConfig(ArtifactWriter artifact) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("kind", kind.label());
    block.put("tokenizer", tokenizer.config());
    block.put("endToken", tokenizer.end());
    if (kind == Kind.MASKED) {
      block.put("maskToken", mask());
    }
    tokenizer.write(artifact);
    Map<String, Object> config = new LinkedHashMap<>(tokenizer.modelConfig());
    config.put(BLOCK, block);
    return config;
  }

  /** Whether an artifact is such a model. */
  public static boolean isOne(Artifact artifact) {
    return artifact.manifest().kind().equals(Model.KIND)
        && (isDescribed(artifact.readJson(Model.CONFIG)) || Tokenizers.isIn(artifact));
  }

  /**
   * Reads a published model; every byte is verified.
   *
   * @param kind what it must be, or any
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if it is another kind of model, is damaged, or says things that do
   *     not go together
   */
  public static LanguageModel read(Artifact artifact, Optional<Kind> kind, String what) {
    require(artifact, kind, what);
    Model model = Model.read(artifact);
    return of(artifact, model.network(), model.parameters());
  }

  /**
   * Checks all of an artifact but its weights.
   *
   * @return the model without parameters
   * @throws ArtifactException as {@link #read}
   */
  public static LanguageModel require(Artifact artifact, Optional<Kind> kind, String what) {
    Map<String, Object> config = artifact.requireKind(Model.KIND, what).readJson(Model.CONFIG);
    if (!isDescribed(config) && !Tokenizers.isIn(artifact)) {
      throw new ArtifactException(
          Text.of(
              "%s needs a language model; %s/%s has no block \"%s\", and there is no tokenizer"
                  + " beside it. train-teacher with trainTeacher.kind = %s or %s, and prompts as"
                  + " data, makes one; import-model brings one with its tokenizer.",
              what, artifact.uri(), Model.CONFIG, BLOCK, Kind.CAUSAL.label(), Kind.MASKED.label()));
    }
    LanguageModel found;
    try {
      found = of(artifact, Networks.of(config, artifact.uri() + "/" + Model.CONFIG), new float[0]);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
    kind.filter(wanted -> wanted != found.kind)
        .ifPresent(
            wanted -> {
              throw new ArtifactException(
                  Text.of(
                      "%s needs a %s model; %s is a %s one.",
                      what, wanted.label(), artifact.uri(), found.kind.label()));
            });
    return found;
  }

  private static boolean isDescribed(Map<String, Object> config) {
    return config.get(BLOCK) instanceof Map<?, ?>;
  }

  private static LanguageModel of(Artifact artifact, NetworkSpec network, float[] parameters) {
    String where = artifact.uri() + "/" + Model.CONFIG;
    if (!(network instanceof TokenNetwork tokens)) {
      throw new ArtifactException(
          Text.of(
              "%s: a language model needs a network of tokens, not a %s.",
              where, network.config().get("model_type")));
    }
    Map<String, Object> config = artifact.readJson(Model.CONFIG);
    try {
      return isDescribed(config)
          ? described(
              artifact,
              JsonReader.of(config, where, ArtifactException::new).block(BLOCK),
              tokens,
              parameters)
          : imported(artifact, tokens, parameters);
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(Text.of("%s: %s.", where, e.getMessage()), e);
    }
  }

  private static LanguageModel described(
      Artifact artifact, JsonReader block, TokenNetwork network, float[] parameters) {
    Kind kind = block.text("kind").equals(Kind.MASKED.label()) ? Kind.MASKED : Kind.CAUSAL;
    block.only("kind", kind.label());
    Tokenizer tokenizer = Tokenizers.read(artifact, block.inner("tokenizer"));
    block.only("endToken", tokenizer.end());
    LanguageModel model = new LanguageModel(network, parameters, tokenizer, kind);
    if (kind == Kind.MASKED) {
      block.only("maskToken", model.mask());
    }
    return model;
  }

  /** What looks both ways fills masks. */
  private static LanguageModel imported(
      Artifact artifact, TokenNetwork network, float[] parameters) {
    boolean causal = network instanceof CausalNetwork reader && reader.causal();
    return new LanguageModel(
        network,
        parameters,
        Tokenizers.find(artifact).orElseThrow(),
        causal ? Kind.CAUSAL : Kind.MASKED);
  }
}
