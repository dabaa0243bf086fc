package io.accelerant.core.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The keys of the {@code config.json} of a family that is a {@link Llama}. */
public enum LlamaConfig {
  /** Of Hugging Face's own classes. */
  HUGGING_FACE(
      "hidden_size",
      "num_hidden_layers",
      "num_attention_heads",
      "num_key_value_heads",
      "intermediate_size",
      "max_position_embeddings",
      "tie_word_embeddings") {
    @Override
    void requireKnown(ConfigFile config) {
      config.require("hidden_act", "silu", "silu");
      config.require("mlp_bias", false, false);
      config.require("use_sliding_window", false, false);
      config.require("use_mrope", false, false);
      config.require("partial_rotary_factor", 1.0, 1.0);
      for (String kind : config.texts("layer_types", List.of())) {
        if (!kind.equals("full_attention")) {
          throw config.json().expected("layer_types", "full_attention in every layer");
        }
      }
    }

    @Override
    int hidden(ConfigFile config) {
      return config.size("intermediate_size");
    }

    @Override
    void constants(LlamaFamily family, Map<String, Object> config) {
      config.put("hidden_act", "silu");
      if (family == LlamaFamily.LLAMA) {
        config.put("attention_bias", false);
        config.put("mlp_bias", false);
      } else {
        config.put("use_sliding_window", false);
      }
    }
  },

  /** Of OLMo's, from which LLaDA's come. */
  OLMO(
      "d_model",
      "n_layers",
      "n_heads",
      "n_kv_heads",
      "mlp_hidden_size",
      "max_sequence_length",
      "weight_tying") {
    @Override
    void requireKnown(ConfigFile config) {
      // where OLMo's standard is another, the key must be there
      STATED.forEach((key, value) -> config.json().only(key, value));
      UNLESS_STATED.forEach((key, value) -> config.require(key, value, value));
      config.json().truth("weight_tying");
      config.require("embedding_size", config.size("vocab_size"), config.size("vocab_size"));
      config.require("multi_query_attention", false, false);
    }

    @Override
    int hidden(ConfigFile config) {
      return config.json().has("mlp_hidden_size")
          ? config.size("mlp_hidden_size")
          : Math.multiplyExact(config.size("mlp_ratio"), config.size("d_model"));
    }

    @Override
    void constants(LlamaFamily family, Map<String, Object> config) {
      config.putAll(STATED);
      config.putAll(UNLESS_STATED);
      config.put("embedding_size", config.get("vocab_size"));
    }
  };

  /** What the block of LLaDA is among the many of OLMo. */
  private static final Map<String, Object> STATED =
      new TreeMap<>(
          Map.of(
              "activation_type",
              "silu",
              "block_type",
              "llama",
              "layer_norm_type",
              "rms",
              "rope",
              true,
              "include_bias",
              false));

  private static final Map<String, Object> UNLESS_STATED =
      new TreeMap<>(
          Map.of(
              "alibi",
              false,
              "attention_layer_norm",
              false,
              "bias_for_layer_norm",
              false,
              "include_qkv_bias",
              false,
              "input_emb_norm",
              false,
              "layer_norm_with_affine",
              true,
              "scale_logits",
              false));

  private static final String EPSILON = "rms_norm_eps";
  private static final String HEAD_WIDTH = "head_dim";

  private static final List<String> TOKEN_IDS =
      List.of("bos_token_id", "eos_token_id", "pad_token_id", "mask_token_id");

  /** Keys that change nothing of what is computed here, whatever they say. */
  private static final Set<String> NEUTRAL =
      Set.of(
          """
          _attn_implementation _attn_implementation_autoset _name_or_path alibi_bias_max
          architectures attention_dropout attention_layer_norm_with_affine auto_map
          block_group_size bos_token_id chunk_size_feed_forward dtype embedding_dropout
          eos_token_id flash_attention id2label init_cutoff_factor init_device init_fn
          init_std initializer_range label2id mask_token_id max_window_layers mlp_ratio
          model_type pad_token_id precision pretraining_tp residual_dropout
          rope_full_precision sliding_window tokenizer_class torch_dtype
          transformers_version unsloth_fixed unsloth_version use_cache
          """
              .split("\\s+"));

  private final String width;
  private final String layers;
  private final String heads;
  private final String groups;
  private final String hidden;
  private final String length;
  private final String tied;

  LlamaConfig(
      String width,
      String layers,
      String heads,
      String groups,
      String hidden,
      String length,
      String tied) {
    this.width = width;
    this.layers = layers;
    this.heads = heads;
    this.groups = groups;
    this.hidden = hidden;
    this.length = length;
    this.tied = tied;
  }

  static LlamaConfig of(LlamaFamily family) {
    return family == LlamaFamily.LLADA ? OLMO : HUGGING_FACE;
  }

  /** Refuses a network that computes something else than is built here. */
  abstract void requireKnown(ConfigFile config);

  abstract int hidden(ConfigFile config);

  /** What is the same in all networks that are built here. */
  abstract void constants(LlamaFamily family, Map<String, Object> config);

  Map<String, Object> write(Llama network) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", network.family().type());
    config.put("architectures", List.of(network.family().architecture()));
    config.put("vocab_size", network.vocabulary());
    config.put(width, network.width());
    config.put(layers, network.layers());
    config.put(heads, network.heads());
    config.put(groups, network.groups());
    if (network.headWidth() * network.heads() != network.width()) {
      config.put(HEAD_WIDTH, network.headWidth());
    }
    config.put(hidden, network.hidden());
    config.put(length, network.maximumLength());
    config.put(EPSILON, network.epsilon());
    config.put(tied, network.tied());
    network.rotary().write(config);
    constants(network.family(), config);
    config.putAll(network.tokenIds());
    return config;
  }

  Llama read(LlamaFamily family, ConfigFile config) {
    requireKnown(config);
    if (!family.biased()) {
      config.require("attention_bias", false, false);
    } else if (config.json().has("attention_bias")) {
      config.require("attention_bias", true, true);
    }
    if (config.json().has("quantization_config")) {
      throw config
          .json()
          .wrong(
              "quantization_config",
              "says that weights are quantised, which are not read here; import the model as it was before");
    }
    int queries = config.size(heads);
    int channels = config.size(width);
    if (!config.json().has(HEAD_WIDTH)) {
      Sizes.heads(channels, queries);
    }
    Map<String, Object> tokenIds = new LinkedHashMap<>(config.values());
    tokenIds.keySet().retainAll(TOKEN_IDS);
    tokenIds.values().removeIf(id -> id == null);
    return new Llama(
        family,
        config.size("vocab_size"),
        config.size(length),
        channels,
        config.size(layers),
        queries,
        config.size(groups, queries),
        config.size(HEAD_WIDTH, Math.max(1, channels / queries)),
        hidden(config),
        config.flag(tied, false),
        config.number(EPSILON, family.epsilon()),
        Rotary.of(config, family.base()),
        tokenIds);
  }

  /**
   * Keys of a configuration of which it is not known here whether they change what the network
   * computes; keys that ask for nothing (null, false) are none.
   */
  public static List<String> unknown(LlamaFamily family, Map<String, Object> config) {
    Set<String> known = new TreeSet<>(NEUTRAL);
    LlamaConfig keys = of(family);
    known.addAll(
        List.of(
            "vocab_size",
            keys.width,
            keys.layers,
            keys.heads,
            keys.groups,
            keys.hidden,
            keys.length,
            keys.tied,
            EPSILON,
            HEAD_WIDTH,
            Rotary.BASE,
            Rotary.SCALING,
            Rotary.PARAMETERS,
            "attention_bias"));
    if (keys == OLMO) {
      known.addAll(STATED.keySet());
      known.addAll(UNLESS_STATED.keySet());
      known.addAll(List.of("embedding_size", "multi_query_attention"));
    } else {
      known.addAll(
          List.of(
              "hidden_act",
              "mlp_bias",
              "use_sliding_window",
              "use_mrope",
              "layer_types",
              "partial_rotary_factor"));
    }
    List<String> unknown = new ArrayList<>();
    config.forEach(
        (key, value) -> {
          if (value != null && !Boolean.FALSE.equals(value) && !known.contains(key)) {
            unknown.add(key);
          }
        });
    return unknown;
  }
}
