package io.accelerant.core.nn;

/**
 * What the parts of a {@link Llama} are called, each with {@code .weight} behind it.
 *
 * @param blocks before the number of a block; what follows, up to {@code down}, is behind it
 * @param key the matrix of keys
 * @param value the matrix of values
 * @param mixed the matrix behind attention
 * @param up the first matrix of the feed-forward network
 * @param down its last
 * @param norm the last one
 */
record LlamaNames(
    String table,
    String blocks,
    String attentionNorm,
    String query,
    String key,
    String value,
    String mixed,
    String feedForwardNorm,
    String gate,
    String up,
    String down,
    String norm,
    String head) {
  /** Of Hugging Face's own classes. */
  static final LlamaNames HUGGING_FACE =
      new LlamaNames(
          "model.embed_tokens",
          "model.layers",
          "input_layernorm",
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "post_attention_layernorm",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj",
          "model.norm",
          "lm_head");

  /** Of OLMo's, from which LLaDA's come; the head shares its last name with a matrix of blocks. */
  static final LlamaNames OLMO =
      new LlamaNames(
          "model.transformer.wte",
          "model.transformer.blocks",
          "attn_norm",
          "q_proj",
          "k_proj",
          "v_proj",
          "attn_out",
          "ff_norm",
          "ff_proj",
          "up_proj",
          "ff_out",
          "model.transformer.ln_f",
          "model.transformer.ff_out");
}
