package io.accelerant.core.model;

import io.accelerant.core.nn.BertMaskedLm;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Transformer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What tensors are called in files that people have: with and without the prefix of the headless
 * model, with the norm's names of TensorFlow, with buffers and tied copies among the weights.
 */
enum StoredNames {
  GPT2("transformer.", "(wte|wpe|h|ln_f)\\..*", ".*\\.attn\\.(bias|masked_bias)") {
    @Override
    Optional<String> tied(String name) {
      return name.equals("lm_head.weight")
          ? Optional.of("transformer.wte.weight")
          : Optional.empty();
    }
  },
  BERT(
      "bert.",
      "(embeddings|encoder|pooler)\\..*",
      "bert\\.embeddings\\.(position_ids|token_type_ids)|bert\\.pooler\\..*|cls\\.seq_relationship\\..*") {
    @Override
    Optional<String> tied(String name) {
      return switch (name) {
        case "cls.predictions.decoder.weight" ->
            Optional.of("bert.embeddings.word_embeddings.weight");
        case "cls.predictions.decoder.bias" -> Optional.of("cls.predictions.bias");
        default -> Optional.empty();
      };
    }
  };

  private final String prefix;
  private final Pattern bare;
  private final Pattern harmless;

  StoredNames(String prefix, String bare, String harmless) {
    this.prefix = prefix;
    this.bare = Pattern.compile(bare);
    this.harmless = Pattern.compile(harmless);
  }

  static StoredNames of(NetworkSpec network) {
    if (network instanceof BertMaskedLm) {
      return BERT;
    }
    if (network instanceof Transformer t && t.isGpt2()) {
      return GPT2;
    }
    throw new IllegalArgumentException("no names are known for " + network);
  }

  /** The name in the network's layout, if the tensor is a parameter of it. */
  String inLayout(String stored) {
    String name = bare.matcher(stored).matches() ? prefix + stored : stored;
    return name.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
        .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
  }

  /** The parameter of which a tensor under this name is a copy where weights are tied. */
  abstract Optional<String> tied(String name);

  /** Buffers, and heads of other tasks: known not to take part. */
  boolean isHarmless(String name) {
    return harmless.matcher(name).matches();
  }
}
