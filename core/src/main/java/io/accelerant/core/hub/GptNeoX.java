package io.accelerant.core.hub;

import io.accelerant.core.nn.Transformer;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * A causal transformer of ours with rotary positions and layer norms as Hugging Face's
 * GPTNeoXForCausalLM, with attention before the feed-forward network: the same function. Matrices
 * are stored {@code [out, in]} there, and queries, keys and values head by head.
 *
 * @param file weights under our names
 */
record GptNeoX(Transformer network, SafetensorsFile file) {
  static Map<String, Object> config(Transformer network) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", "gpt_neox");
    config.put("architectures", List.of("GPTNeoXForCausalLM"));
    config.put("vocab_size", network.vocabulary());
    config.put("max_position_embeddings", network.maximumLength());
    config.put("hidden_size", network.width());
    config.put("num_hidden_layers", network.layers());
    config.put("num_attention_heads", network.heads());
    config.put("intermediate_size", network.hidden());
    config.put("hidden_act", network.activation().label());
    config.put("layer_norm_eps", network.epsilon());
    config.put("rotary_pct", 1.0);
    config.put("rotary_emb_base", Transformer.ROTARY_BASE);
    config.put("use_parallel_residual", false);
    config.put("attention_bias", true);
    config.put("tie_word_embeddings", network.tied());
    return config;
  }

  List<Safetensors.Entry> tensors() {
    List<Safetensors.Entry> all = new ArrayList<>();
    all.add(same("transformer.wte.weight", "gpt_neox.embed_in.weight"));
    for (int i = 0; i < network.layers(); i++) {
      addBlock(all, "transformer.h." + i + ".", "gpt_neox.layers." + i + ".");
    }
    addNorm(all, "transformer.ln_f", "gpt_neox.final_layer_norm");
    if (!network.tied()) {
      all.add(same("lm_head.weight", "embed_out.weight"));
    }
    return all;
  }

  private void addBlock(List<Safetensors.Entry> all, String ours, String theirs) {
    int width = network.width();
    addNorm(all, ours + "ln_1", theirs + "input_layernorm");
    all.add(
        moved(
            ours + "attn.c_attn.weight",
            theirs + "attention.query_key_value.weight",
            new long[] {3L * width, width},
            i -> i % width * 3 * width + column(i / width)));
    all.add(
        moved(
            ours + "attn.c_attn.bias",
            theirs + "attention.query_key_value.bias",
            new long[] {3L * width},
            this::column));
    addLinear(all, ours + "attn.c_proj", theirs + "attention.dense");
    addNorm(all, ours + "ln_2", theirs + "post_attention_layernorm");
    addLinear(all, ours + "mlp.c_fc", theirs + "mlp.dense_h_to_4h");
    addLinear(all, ours + "mlp.c_proj", theirs + "mlp.dense_4h_to_h");
  }

  /** Where a row of theirs, {@code [head][query, key, value][channel]}, is among our columns. */
  private int column(int row) {
    int channels = network.width() / network.heads();
    int head = row / (3 * channels);
    int part = row / channels % 3;
    return part * network.width() + head * channels + row % channels;
  }

  private void addNorm(List<Safetensors.Entry> all, String ours, String theirs) {
    all.add(same(ours + ".weight", theirs + ".weight"));
    all.add(same(ours + ".bias", theirs + ".bias"));
  }

  private void addLinear(List<Safetensors.Entry> all, String ours, String theirs) {
    long[] shape = file.shape(ours + ".weight");
    int in = (int) shape[0];
    int out = (int) shape[1];
    all.add(
        moved(
            ours + ".weight",
            theirs + ".weight",
            new long[] {out, in},
            i -> i % in * out + i / in));
    all.add(same(ours + ".bias", theirs + ".bias"));
  }

  private Safetensors.Entry same(String ours, String theirs) {
    return moved(ours, theirs, file.shape(ours), i -> i);
  }

  private Safetensors.Entry moved(String ours, String theirs, long[] shape, IntUnaryOperator from) {
    return new Safetensors.Entry(
        theirs, file.dtype(ours), shape, () -> file.tensor(ours).reordered(theirs, shape, from));
  }
}
