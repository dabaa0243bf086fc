package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BERT with its masked-language-model head (Devlin et al. 2019): bidirectional, norms after the
 * residual sums, learned positions, decoder tied to the word embeddings. Names and shapes are those
 * of Hugging Face's BertForMaskedLM. All tokens are of segment type 0.
 *
 * @param types rows of the table of segment types
 * @param epsilon of the layer norms
 */
public record BertMaskedLm(
    int vocabulary,
    int maximumLength,
    int types,
    int width,
    int layers,
    int heads,
    int hidden,
    Activation activation,
    double epsilon)
    implements TokenNetwork {
  static final String TYPE = "bert";
  private static final Initial NORMAL = Initial.normal(0.02);

  public BertMaskedLm {
    Sizes.positive("vocabulary", vocabulary, "maximumLength", maximumLength, "types", types);
    Sizes.positive("width", width, "layers", layers, "heads", heads, "hidden", hidden);
    Sizes.heads(width, heads);
  }

  @Override
  public boolean timed() {
    return false;
  }

  /** The head has a matrix called dense too. */
  @Override
  public List<String> matrices() {
    return List.of(
        "query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense");
  }

  @Override
  public Value logits(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time) {
    Scope bert = scope.in("bert");
    Scope tables = bert.in("embeddings");
    Value words = tables.in("word_embeddings").table(NORMAL, vocabulary, width);
    Value places = tables.in("position_embeddings").table(NORMAL, maximumLength, width);
    Value kinds = tables.in("token_type_embeddings").table(NORMAL, types, width);
    Value x =
        scope
            .graph()
            .embedding(words, tokens)
            .add(places.slice(0, 0, tokens.size(1)))
            .add(kinds.slice(0, 0, 1));
    x = norm(tables, x);
    Optional<Value> mask = Attention.mask(scope.graph(), tokens.size(1), false, padding);
    for (int i = 0; i < layers; i++) {
      x = block(bert.in("encoder").in("layer").in(i), x, mask);
    }
    return head(scope.in("cls").in("predictions"), x.reshape(-1, width), words);
  }

  private Value block(Scope s, Value x, Optional<Value> mask) {
    Scope self = s.in("attention").in("self");
    List<Value> parts =
        List.of(
            Attention.heads(linear(self, "query", x, width), heads),
            Attention.heads(linear(self, "key", x, width), heads),
            Attention.heads(linear(self, "value", x, width), heads));
    Scope out = s.in("attention").in("output");
    x = norm(out, x.add(linear(out, "dense", Attention.mix(parts, mask), width)));
    Value h = activation.apply(linear(s.in("intermediate"), "dense", x, hidden));
    Scope last = s.in("output");
    return norm(last, x.add(linear(last, "dense", h, width)));
  }

  private Value head(Scope s, Value x, Value words) {
    Scope transform = s.in("transform");
    Value h = norm(transform, activation.apply(linear(transform, "dense", x, width)));
    return h.matmul(words, false, true).add(s.parameter("bias", Initial.ZEROS, vocabulary));
  }

  private Value norm(Scope s, Value x) {
    return Norm.LAYER.apply(s, "LayerNorm", x, epsilon);
  }

  private static Value linear(Scope s, String name, Value x, int out) {
    return s.linear(name, x, out, Scope.Order.OUT_IN, NORMAL, Initial.ZEROS);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", TYPE);
    config.put("architectures", List.of("BertForMaskedLM"));
    config.put("vocab_size", vocabulary);
    config.put("max_position_embeddings", maximumLength);
    config.put("type_vocab_size", types);
    config.put("hidden_size", width);
    config.put("num_hidden_layers", layers);
    config.put("num_attention_heads", heads);
    config.put("intermediate_size", hidden);
    config.put("hidden_act", activation.label());
    config.put("layer_norm_eps", epsilon);
    return config;
  }

  /** Reads {@link #config()}, or Hugging Face's configuration. */
  static BertMaskedLm of(ConfigFile config) {
    config.require("position_embedding_type", "absolute", "absolute");
    config.require("is_decoder", false, false);
    config.require("add_cross_attention", false, false);
    config.require("tie_word_embeddings", true, true);
    return new BertMaskedLm(
        config.size("vocab_size"),
        config.size("max_position_embeddings"),
        config.size("type_vocab_size", 2),
        config.size("hidden_size"),
        config.size("num_hidden_layers"),
        config.size("num_attention_heads"),
        config.size("intermediate_size"),
        config.activation("hidden_act", Activation.GELU),
        config.number("layer_norm_eps", 1e-12));
  }
}
