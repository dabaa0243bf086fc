package io.accelerant.core.model;

import io.accelerant.core.nn.BertMaskedLm;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Transformer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What tensors are called in files that people have: with and without the prefix of the headless
 * model and of what wrapped it, with the norm's names of TensorFlow, with buffers and tied copies
 * among the weights.
 */
enum StoredNames {
  GPT2(
      "transformer.",
      "(wte|wpe|h|ln_f)\\..*",
      ".*\\.attn\\.(bias|masked_bias)",
      Map.of("lm_head.weight", "transformer.wte.weight")),
  BERT(
      "bert.",
      "(embeddings|encoder|pooler)\\..*",
      "bert\\.embeddings\\.(position_ids|token_type_ids)|bert\\.pooler\\..*|cls\\.seq_relationship\\..*",
      Map.of(
          "cls.predictions.decoder.weight",
          "bert.embeddings.word_embeddings.weight",
          "cls.predictions.decoder.bias",
          "cls.predictions.bias")),
  LLAMA(
      "model.",
      "(embed_tokens|layers|norm)\\..*",
      "model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq",
      Map.of("lm_head.weight", "model.embed_tokens.weight")),
  LLADA(
      "model.transformer.",
      "(wte|blocks|ln_f|ff_out)\\..*",
      "model\\.transformer\\.(blocks\\.\\d+\\.)?rotary_emb\\.inv_freq",
      Map.of("model.transformer.ff_out.weight", "model.transformer.wte.weight"));

  /** What may wrap a model does not count its parts. */
  private static final Pattern NUMBERED = Pattern.compile("(^|.*\\.)\\d+");

  private final String prefix;
  private final Pattern bare;
  private final Pattern harmless;
  private final Map<String, String> copies;

  /**
   * @param copies name of a copy to that of its parameter
   */
  StoredNames(String prefix, String bare, String harmless, Map<String, String> copies) {
    this.prefix = prefix;
    this.bare = Pattern.compile(bare);
    this.harmless = Pattern.compile(harmless);
    this.copies = copies;
  }

  static StoredNames of(NetworkSpec network) {
    if (network instanceof BertMaskedLm) {
      return BERT;
    }
    if (network instanceof Transformer t && t.isGpt2()) {
      return GPT2;
    }
    if (network instanceof Llama llama) {
      return llama.family() == LlamaFamily.LLADA ? LLADA : LLAMA;
    }
    throw new IllegalArgumentException("no names are known for " + network);
  }

  /**
   * The name in the network's layout, if the tensor is a parameter of it or a copy of one. What
   * wraps a model when it is saved stands in front of every name (such as {@code module.}, {@code
   * _orig_mod.} or {@code model.}), so names are known by their ends.
   *
   * @param layout names of the parameters
   */
  String inLayout(String stored, Set<String> layout) {
    for (int at = 0; at >= 0; at = stored.indexOf('.', at + 1)) {
      if (NUMBERED.matcher(stored.substring(0, at)).matches()) {
        break; // behind it stands a part of a block, which may be called as one of the whole
      }
      String name = named(stored.substring(at == 0 ? 0 : at + 1));
      if (layout.contains(name) || tied(name).isPresent() || isHarmless(name)) {
        return name;
      }
    }
    return named(stored);
  }

  private String named(String stored) {
    String name = bare.matcher(stored).matches() ? prefix + stored : stored;
    return name.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
        .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
  }

  /** The parameter of which a tensor under this name is a copy where weights are tied. */
  Optional<String> tied(String name) {
    return Optional.ofNullable(copies.get(name));
  }

  /** Buffers, and heads of other tasks: known not to take part. */
  boolean isHarmless(String name) {
    return harmless.matcher(name).matches();
  }
}
