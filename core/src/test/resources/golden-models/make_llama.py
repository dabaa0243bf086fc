"""Small random models of the families of Llama with the logits that PyTorch computes for them.

    /usr/bin/python3 make_llama.py        (Debian: python3-torch, python3-numpy)

As make.py, whose files and tools it shares. Rotary positions are complex products here, keys and
values are repeated for the heads that share them.
"""
import math
import os

import torch
import torch.nn.functional as F

from make import VOCABULARY, draw, expect, save, wide, write_json

WIDTH, LAYERS, HEADS, GROUPS, HIDDEN = 24, 2, 4, 2, 40

HUGGING_FACE = {
    "table": "model.embed_tokens",
    "block": "model.layers.{}.",
    "norm_1": "input_layernorm",
    "q": "self_attn.q_proj",
    "k": "self_attn.k_proj",
    "v": "self_attn.v_proj",
    "o": "self_attn.o_proj",
    "norm_2": "post_attention_layernorm",
    "gate": "mlp.gate_proj",
    "up": "mlp.up_proj",
    "down": "mlp.down_proj",
    "norm": "model.norm",
    "head": "lm_head",
}
LLADA = {
    "table": "model.transformer.wte",
    "block": "model.transformer.blocks.{}.",
    "norm_1": "attn_norm",
    "q": "q_proj",
    "k": "k_proj",
    "v": "v_proj",
    "o": "attn_out",
    "norm_2": "ff_norm",
    "gate": "ff_proj",
    "up": "up_proj",
    "down": "ff_out",
    "norm": "model.transformer.ln_f",
    "head": "model.transformer.ff_out",
}


def shapes(names, groups, head, bias, tied):
    found = {names["table"] + ".weight": (VOCABULARY, WIDTH)}
    for i in range(LAYERS):
        block = names["block"].format(i)
        for name, out, inner in (
            ("q", HEADS * head, WIDTH),
            ("k", groups * head, WIDTH),
            ("v", groups * head, WIDTH),
            ("o", WIDTH, HEADS * head),
            ("gate", HIDDEN, WIDTH),
            ("up", HIDDEN, WIDTH),
            ("down", WIDTH, HIDDEN),
        ):
            found[f"{block}{names[name]}.weight"] = (out, inner)
            if bias and name in "qkv":
                found[f"{block}{names[name]}.bias"] = (out,)
        for name in ("norm_1", "norm_2"):
            found[f"{block}{names[name]}.weight"] = (WIDTH,)
    found[names["norm"] + ".weight"] = (WIDTH,)
    if not tied:
        found[names["head"] + ".weight"] = (VOCABULARY, WIDTH)
    return found


def rms(x, gain, epsilon):
    return gain * x / (x.square().mean(-1, keepdim=True) + epsilon).sqrt()


def turned(x, rates):
    """x [batch, length, heads, d]: pair (i, i + d/2) is turned by position times rate i."""
    real, imaginary = x.chunk(2, -1)
    angles = torch.arange(x.shape[1], dtype=torch.float64)[:, None] * rates
    turns = torch.polar(torch.ones_like(angles), angles)[:, None]
    y = torch.complex(real, imaginary) * turns
    return torch.cat([y.real, y.imag], -1)


def plain(theta):
    return lambda half: theta ** (-torch.arange(half, dtype=torch.float64) / half)


def linear_scaling(theta, factor):
    return lambda half: plain(theta)(half) / factor


def llama3_scaling(theta, factor, low, high, original):
    """Long waves are slowed down, short ones kept, those between blended."""

    def rates(half):
        found = []
        for rate in plain(theta)(half).tolist():
            length = 2 * math.pi / rate
            if length < original / high:
                found.append(rate)
            elif length > original / low:
                found.append(rate / factor)
            else:
                part = (original / length - low) / (high - low)
                found.append((1 - part) * rate / factor + part * rate)
        return torch.tensor(found, dtype=torch.float64)

    return rates


def forward(w, names, groups, rates, epsilon, causal, tokens, mask):
    batch, length = tokens.shape
    allowed = mask.bool()[:, None, None, :]
    if causal:
        allowed = allowed & torch.ones(length, length, dtype=torch.bool).tril()
    x = w[names["table"] + ".weight"][tokens]
    for i in range(LAYERS):
        block = names["block"].format(i)

        def product(name, y):
            bias = w.get(f"{block}{names[name]}.bias")
            return F.linear(y, w[f"{block}{names[name]}.weight"], bias)

        a = rms(x, w[f"{block}{names['norm_1']}.weight"], epsilon)
        q = product("q", a).view(batch, length, HEADS, -1)
        k = product("k", a).view(batch, length, groups, -1)
        v = product("v", a).view(batch, length, groups, -1)
        half = q.shape[-1] // 2
        q, k = turned(q, rates(half)), turned(k, rates(half))
        k, v = (t.repeat_interleave(HEADS // groups, 2) for t in (k, v))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(2 * half)
        weights = scores.masked_fill(~allowed, -math.inf).softmax(-1)
        mixed = torch.einsum("bhij,bjhd->bihd", weights, v).flatten(2)
        x = x + product("o", mixed)
        m = rms(x, w[f"{block}{names['norm_2']}.weight"], epsilon)
        x = x + product("down", F.silu(product("gate", m)) * product("up", m))
    x = rms(x, w[names["norm"] + ".weight"], epsilon)
    head = names["head"] + ".weight"
    return F.linear(x, w[head] if head in w else w[names["table"] + ".weight"])


def shifted(logits):
    """What is said at a place is about the next one; what is about place 0 nobody says."""
    return torch.cat([logits[:, :1], logits[:, :-1]], 1)


def hugging_face(kind, architecture, **more):
    config = {
        "architectures": [architecture],
        "model_type": kind,
        "attention_dropout": 0.0,
        "hidden_act": "silu",
        "hidden_size": WIDTH,
        "initializer_range": 0.02,
        "intermediate_size": HIDDEN,
        "max_position_embeddings": 40,
        "num_attention_heads": HEADS,
        "num_hidden_layers": LAYERS,
        "num_key_value_heads": GROUPS,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "transformers_version": "4.46.2",
        "use_cache": True,
        "vocab_size": VOCABULARY,
    }
    config.update(more)
    return config


def llada():
    return {
        "activation_type": "silu",
        "alibi": False,
        "alibi_bias_max": 8.0,
        "architectures": ["LLaDAModelLM"],
        "attention_dropout": 0.0,
        "attention_layer_norm": False,
        "attention_layer_norm_with_affine": True,
        "bias_for_layer_norm": False,
        "block_group_size": 1,
        "block_type": "llama",
        "d_model": WIDTH,
        "embedding_dropout": 0.0,
        "embedding_size": VOCABULARY,
        "eos_token_id": 59,
        "flash_attention": False,
        "include_bias": False,
        "include_qkv_bias": False,
        "init_cutoff_factor": None,
        "init_device": "meta",
        "init_fn": "mitchell",
        "init_std": 0.02,
        "input_emb_norm": False,
        "layer_norm_type": "rms",
        "layer_norm_with_affine": True,
        "mask_token_id": 60,
        "max_sequence_length": 40,
        "mlp_hidden_size": HIDDEN,
        "mlp_ratio": 4,
        "model_type": "llada",
        "multi_query_attention": None,
        "n_heads": HEADS,
        "n_kv_heads": HEADS,
        "n_layers": LAYERS,
        "pad_token_id": 59,
        "precision": "amp_bf16",
        "residual_dropout": 0.0,
        "rms_norm_eps": 1e-05,
        "rope": True,
        "rope_full_precision": True,
        "rope_theta": 500000.0,
        "scale_logits": False,
        "transformers_version": "4.46.3",
        "use_cache": False,
        "vocab_size": VOCABULARY,
        "weight_tying": False,
    }


def make_llama():
    """Shared heads, a head of its own, frequencies of Llama 3.1."""
    w = draw(shapes(HUGGING_FACE, GROUPS, WIDTH // HEADS, False, False), 11)
    save("llama-f32/model.safetensors", w)
    scaling = {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 16,
        "rope_type": "llama3",
    }
    config = hugging_face(
        "llama",
        "LlamaForCausalLM",
        attention_bias=False,
        bos_token_id=0,
        eos_token_id=[60, 59],
        mlp_bias=False,
        pretraining_tp=1,
        rope_scaling=scaling,
        rope_theta=500.0,
    )
    rates = llama3_scaling(500.0, 8.0, 1.0, 4.0, 16)
    run = lambda t, m: forward(wide(w), HUGGING_FACE, GROUPS, rates, 1e-5, True, t, m)
    expect("llama-f32", config, run)


def make_tied_llama():
    """One head of keys, heads wider than the embedding gives, a buffer of old files."""
    w = draw(shapes(HUGGING_FACE, 1, 10, False, True), 12)
    w = {name: tensor.bfloat16() for name, tensor in w.items()}
    buffers = {
        f"model.layers.{i}.self_attn.rotary_emb.inv_freq": plain(10000.0)(5).bfloat16()
        for i in range(LAYERS)
    }
    save("llama-tied-bf16/model.safetensors", dict(w, **buffers))
    config = hugging_face(
        "llama",
        "LlamaForCausalLM",
        head_dim=10,
        num_key_value_heads=1,
        rope_scaling={"factor": 2.0, "type": "linear"},
        tie_word_embeddings=True,
        torch_dtype="bfloat16",
    )
    rates = linear_scaling(10000.0, 2.0)
    run = lambda t, m: forward(wide(w), HUGGING_FACE, 1, rates, 1e-5, True, t, m)
    expect("llama-tied-bf16", config, run)


def make_qwen2():
    """Biases, two shards of F16."""
    w = draw(shapes(HUGGING_FACE, GROUPS, WIDTH // HEADS, True, False), 13)
    w = {name: tensor.half() for name, tensor in w.items()}
    names = list(w)
    shards = {
        "model-00001-of-00002.safetensors": names[: len(names) // 2],
        "model-00002-of-00002.safetensors": names[len(names) // 2 :],
    }
    for file, held in shards.items():
        save("qwen2-f16-sharded/" + file, {name: w[name] for name in held})
    index = {
        "metadata": {"total_size": 2 * sum(tensor.numel() for tensor in w.values())},
        "weight_map": {name: file for file, held in shards.items() for name in held},
    }
    write_json("qwen2-f16-sharded/model.safetensors.index.json", index)
    config = hugging_face(
        "qwen2",
        "Qwen2ForCausalLM",
        eos_token_id=60,
        max_window_layers=2,
        rms_norm_eps=1e-06,
        rope_theta=1000000.0,
        sliding_window=32,
        torch_dtype="float16",
        use_sliding_window=False,
    )
    run = lambda t, m: forward(wide(w), HUGGING_FACE, GROUPS, plain(1e6), 1e-6, True, t, m)
    expect("qwen2-f16-sharded", config, run)


def make_llada():
    w = draw(shapes(LLADA, HEADS, WIDTH // HEADS, False, False), 14)
    save("llada-f32/model.safetensors", w)
    run = lambda t, m: forward(wide(w), LLADA, HEADS, plain(500000.0), 1e-5, False, t, m)
    expect("llada-f32", llada(), run)


def make_dream():
    w = draw(shapes(HUGGING_FACE, GROUPS, WIDTH // HEADS, True, False), 15)
    w = {name: tensor.bfloat16() for name, tensor in w.items()}
    save("dream-bf16/model.safetensors", w)
    config = hugging_face(
        "Dream",
        "DreamModel",
        bos_token_id=59,
        eos_token_id=59,
        mask_token_id=60,
        max_window_layers=2,
        pad_token_id=59,
        rms_norm_eps=1e-06,
        rope_scaling=None,
        rope_theta=1000000.0,
        sliding_window=None,
        torch_dtype="bfloat16",
        use_mrope=False,
        use_sliding_window=False,
    )
    run = lambda t, m: shifted(
        forward(wide(w), HUGGING_FACE, GROUPS, plain(1e6), 1e-6, False, t, m)
    )
    expect("dream-bf16", config, run)


def main():
    torch.set_num_threads(1)
    for folder in ("llama-f32", "llama-tied-bf16", "qwen2-f16-sharded", "llada-f32", "dream-bf16"):
        os.makedirs(folder, exist_ok=True)
    make_llama()
    make_tied_llama()
    make_qwen2()
    make_llada()
    make_dream()


if __name__ == "__main__":
    main()
