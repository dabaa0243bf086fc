package io.accelerant.core.nn;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Map;
import java.util.Optional;

/** Networks from their {@code config.json}. */
public final class Networks {
  private static final String TYPE = "model_type";

  private Networks() {}

  /**
   * The network that a configuration describes: one of ours, or Hugging Face's of GPT-2, a BERT
   * masked language model, or a family of {@link Llama}.
   *
   * @param config content of {@code config.json}
   * @param whatItIs named in errors, such as the file
   * @throws DataException if the type is unknown, a key is missing or wrong, or the configuration
   *     asks for something that is not built here
   */
  public static NetworkSpec of(Map<String, Object> config, String whatItIs) {
    ConfigFile file = new ConfigFile(config, whatItIs);
    String type = file.text(TYPE, "");
    try {
      if (config.get(Lora.KEY) instanceof Map<?, ?>) {
        return Lora.of(file);
      }
      Optional<LlamaFamily> llama = LlamaFamily.of(type);
      if (llama.isPresent()) {
        return LlamaConfig.of(llama.get()).read(llama.get(), file);
      }
      return switch (type) {
        case Transformer.GPT2, Transformer.TYPE -> Transformer.of(file);
        case BertMaskedLm.TYPE -> BertMaskedLm.of(file);
        case PatchTransformer.TYPE ->
            file.flag(BlockStates.KEY, false)
                ? new BlockStates(PatchTransformer.of(file))
                : PatchTransformer.of(file);
        case Mlp.TYPE -> Mlp.of(file);
        case MlpClassifier.TYPE -> MlpClassifier.of(file);
        default ->
            throw new DataException(
                Text.of(
                    "%s: %s must be one of %s, %s, %s, %s, %s, %s, %s; is \"%s\".",
                    whatItIs,
                    TYPE,
                    Transformer.GPT2,
                    BertMaskedLm.TYPE,
                    LlamaFamily.types(),
                    Transformer.TYPE,
                    PatchTransformer.TYPE,
                    Mlp.TYPE,
                    MlpClassifier.TYPE,
                    type));
      };
    } catch (IllegalArgumentException e) {
      throw new DataException(whatItIs + ": " + e.getMessage() + ".", e);
    }
  }
}
