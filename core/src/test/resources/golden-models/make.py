"""Small random models with the logits that PyTorch computes for them.

    /usr/bin/python3 make.py        (Debian: python3-torch, python3-numpy)

Forward passes are written here from the published descriptions, with torch's own building blocks
where it has them, so that they share nothing with the Java code. Each folder holds config.json,
weights and expected.json: tokens, attention mask, logits; dit-f16: inputs
and prediction. Arithmetic in float64 on the stored weights.
"""
import json
import math
import os
import struct

import torch
import torch.nn.functional as F

VOCABULARY, POSITIONS, WIDTH, LAYERS, HEADS = 61, 16, 32, 2, 4
BATCH, LENGTH = 2, 11
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.uint8: "U8"}


def raw(tensor):
    if tensor.dtype == torch.bfloat16:  # the upper half of a float32
        words = tensor.float().numpy().view("<u4") >> 16
        return words.astype("<u2").tobytes()
    return tensor.numpy().tobytes()


def save(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        bits = raw(tensor.contiguous())
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(bits)],
        }
        data += bits
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def draw(shapes, seed):
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        gain = name.endswith("weight") and len(shape) == 1
        table = "embedding" in name or name.endswith(("wte.weight", "wpe.weight"))
        scale = 0.2 if len(shape) == 1 else 0.3 if table else shape[0] ** -0.5
        weights[name] = scale * torch.randn(shape, generator=generator) + (1 if gain else 0)
    return weights


def attention(q, k, v, allowed):
    """q, k, v [batch, length, width]; allowed [batch or 1, length, length] of bool."""
    def heads(x):
        return x.view(x.shape[0], x.shape[1], HEADS, -1).transpose(1, 2)
    q, k, v = heads(q), heads(k), heads(v)
    scores = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(q.shape[-1])
    weights = scores.masked_fill(~allowed[:, None], -math.inf).softmax(-1)
    mixed = torch.einsum("bhij,bhjd->bhid", weights, v)
    return mixed.transpose(1, 2).flatten(2)


def norm(w, name, x, epsilon):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], epsilon)


def conv1d(w, name, x):
    return x @ w[name + ".weight"] + w[name + ".bias"]


def linear(w, name, x):
    return F.linear(x, w[name + ".weight"], w[name + ".bias"])


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gpt2_shapes(prefix):
    shapes = {
        prefix + "wte.weight": (VOCABULARY, WIDTH),
        prefix + "wpe.weight": (POSITIONS, WIDTH),
    }
    for i in range(LAYERS):
        h = f"{prefix}h.{i}."
        for name in ("ln_1", "ln_2"):
            shapes[h + name + ".weight"] = shapes[h + name + ".bias"] = (WIDTH,)
        for name, size in (
            ("attn.c_attn", (WIDTH, 3 * WIDTH)),
            ("attn.c_proj", (WIDTH, WIDTH)),
            ("mlp.c_fc", (WIDTH, 4 * WIDTH)),
            ("mlp.c_proj", (4 * WIDTH, WIDTH)),
        ):
            shapes[h + name + ".weight"], shapes[h + name + ".bias"] = size, size[1:]
    shapes[prefix + "ln_f.weight"] = shapes[prefix + "ln_f.bias"] = (WIDTH,)
    return shapes


def gpt2(w, prefix, tokens, mask):
    length = tokens.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    allowed = causal & mask.bool()[:, None, :]
    x = w[prefix + "wte.weight"][tokens] + w[prefix + "wpe.weight"][:length]
    for i in range(LAYERS):
        h = f"{prefix}h.{i}."
        q, k, v = conv1d(w, h + "attn.c_attn", norm(w, h + "ln_1", x, 1e-5)).chunk(3, -1)
        x = x + conv1d(w, h + "attn.c_proj", attention(q, k, v, allowed))
        inner = gelu_new(conv1d(w, h + "mlp.c_fc", norm(w, h + "ln_2", x, 1e-5)))
        x = x + conv1d(w, h + "mlp.c_proj", inner)
    return norm(w, prefix + "ln_f", x, 1e-5) @ w[prefix + "wte.weight"].T


GPT2_CONFIG = {
    "model_type": "gpt2",
    "architectures": ["GPT2LMHeadModel"],
    "activation_function": "gelu_new",
    "vocab_size": VOCABULARY,
    "n_positions": POSITIONS,
    "n_ctx": POSITIONS,
    "n_embd": WIDTH,
    "n_layer": LAYERS,
    "n_head": HEADS,
    "n_inner": None,
    "layer_norm_epsilon": 1e-05,
    "bos_token_id": 60,
    "eos_token_id": 60,
    "attn_pdrop": 0.1,
}


def bert_shapes():
    shapes = {
        "bert.embeddings.word_embeddings.weight": (VOCABULARY, WIDTH),
        "bert.embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "bert.embeddings.token_type_embeddings.weight": (2, WIDTH),
    }

    def add(name, out, inner):
        shapes[name + ".weight"], shapes[name + ".bias"] = (out, inner), (out,)

    def layer_norm(name):
        shapes[name + ".weight"] = shapes[name + ".bias"] = (WIDTH,)

    layer_norm("bert.embeddings.LayerNorm")
    for i in range(LAYERS):
        layer = f"bert.encoder.layer.{i}."
        for name in ("query", "key", "value"):
            add(f"{layer}attention.self.{name}", WIDTH, WIDTH)
        add(layer + "attention.output.dense", WIDTH, WIDTH)
        layer_norm(layer + "attention.output.LayerNorm")
        add(layer + "intermediate.dense", 4 * WIDTH, WIDTH)
        add(layer + "output.dense", WIDTH, 4 * WIDTH)
        layer_norm(layer + "output.LayerNorm")
    add("cls.predictions.transform.dense", WIDTH, WIDTH)
    layer_norm("cls.predictions.transform.LayerNorm")
    shapes["cls.predictions.bias"] = (VOCABULARY,)
    return shapes


def bert(w, tokens, mask):
    length = tokens.shape[1]
    allowed = mask.bool()[:, None, :].expand(-1, length, -1)
    e = "bert.embeddings."
    x = w[e + "word_embeddings.weight"][tokens] + w[e + "position_embeddings.weight"][:length]
    x = norm(w, e + "LayerNorm", x + w[e + "token_type_embeddings.weight"][0], 1e-12)
    for i in range(LAYERS):
        layer = f"bert.encoder.layer.{i}."
        q, k, v = (linear(w, f"{layer}attention.self.{n}", x) for n in ("query", "key", "value"))
        y = linear(w, layer + "attention.output.dense", attention(q, k, v, allowed))
        x = norm(w, layer + "attention.output.LayerNorm", x + y, 1e-12)
        y = linear(w, layer + "output.dense", F.gelu(linear(w, layer + "intermediate.dense", x)))
        x = norm(w, layer + "output.LayerNorm", x + y, 1e-12)
    head = "cls.predictions."
    y = norm(w, head + "transform.LayerNorm", F.gelu(linear(w, head + "transform.dense", x)), 1e-12)
    return y @ w[e + "word_embeddings.weight"].T + w[head + "bias"]


BERT_CONFIG = {
    "model_type": "bert",
    "architectures": ["BertForMaskedLM"],
    "vocab_size": VOCABULARY,
    "max_position_embeddings": POSITIONS,
    "type_vocab_size": 2,
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": 4 * WIDTH,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}


# DiT: a convolution cuts the patches; names of the published code


PATCH, CHANNELS, SIZE, CLASSES = 2, 3, 6, 5


def dit_shapes():
    shapes = {
        "x_embedder.proj.weight": (WIDTH, CHANNELS, PATCH, PATCH),
        "x_embedder.proj.bias": (WIDTH,),
        "y_embedder.embedding_table.weight": (CLASSES + 1, WIDTH),
    }

    def add(name, out, inner):
        shapes[name + ".weight"], shapes[name + ".bias"] = (out, inner), (out,)

    add("t_embedder.mlp.0", WIDTH, 256)
    add("t_embedder.mlp.2", WIDTH, WIDTH)
    for i in range(LAYERS):
        add(f"blocks.{i}.attn.qkv", 3 * WIDTH, WIDTH)
        add(f"blocks.{i}.attn.proj", WIDTH, WIDTH)
        add(f"blocks.{i}.mlp.fc1", 2 * WIDTH, WIDTH)
        add(f"blocks.{i}.mlp.fc2", WIDTH, 2 * WIDTH)
        add(f"blocks.{i}.adaLN_modulation.1", 6 * WIDTH, WIDTH)
    add("final_layer.linear", PATCH * PATCH * 2 * CHANNELS, WIDTH)
    add("final_layer.adaLN_modulation.1", 2 * WIDTH, WIDTH)
    return shapes


def axis_table(positions, size):
    rates = 10000 ** -(torch.arange(size // 2, dtype=torch.float64) / (size // 2))
    angles = positions.double()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def dit(w, x, time, label):
    def modulated(name, parts):
        return linear(w, name + ".adaLN_modulation.1", F.silu(c))[:, None].chunk(parts, -1)

    def shifted(y, shift, scale):
        return F.layer_norm(y, (WIDTH,), eps=1e-6) * (1 + scale) + shift

    rates = torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float64) / 128)
    angles = time[:, None] * rates
    c = linear(w, "t_embedder.mlp.0", torch.cat([angles.cos(), angles.sin()], 1))
    c = linear(w, "t_embedder.mlp.2", F.silu(c)) + w["y_embedder.embedding_table.weight"][label]
    proj = "x_embedder.proj."
    y = F.conv2d(x, w[proj + "weight"], w[proj + "bias"], stride=PATCH)
    y = y.flatten(2).transpose(1, 2) + w["pos_embed"]
    everywhere = torch.ones(1, y.shape[1], y.shape[1], dtype=torch.bool)
    for i in range(LAYERS):
        block = f"blocks.{i}"
        m = modulated(block, 6)
        q, k, v = linear(w, block + ".attn.qkv", shifted(y, m[0], m[1])).chunk(3, -1)
        y = y + m[2] * linear(w, block + ".attn.proj", attention(q, k, v, everywhere))
        inner = gelu_new(linear(w, block + ".mlp.fc1", shifted(y, m[3], m[4])))
        y = y + m[5] * linear(w, block + ".mlp.fc2", inner)
    y = linear(w, "final_layer.linear", shifted(y, *modulated("final_layer", 2)))
    n = SIZE // PATCH
    y = torch.einsum("nhwpqc->nchpwq", y.view(-1, n, n, PATCH, PATCH, 2 * CHANNELS))
    return y.reshape(-1, 2 * CHANNELS, SIZE, SIZE)


DIT_CONFIG = {
    "model_type": "accelerant-dit",
    "in_channels": CHANNELS,
    "input_size": SIZE,
    "patch_size": PATCH,
    "hidden_size": WIDTH,
    "depth": LAYERS,
    "num_heads": HEADS,
    "mlp_hidden": 2 * WIDTH,
    "num_classes": CLASSES,
    "learn_sigma": True,
}


def make_dit():
    w = draw(dit_shapes(), 6)
    side = torch.arange(SIZE // PATCH)
    rows, columns = torch.meshgrid(side, side, indexing="ij")
    table = [axis_table(columns.flatten(), WIDTH // 2), axis_table(rows.flatten(), WIDTH // 2)]
    w["pos_embed"] = torch.cat(table, 1).float()[None]
    w = {name: tensor.half() if name != "pos_embed" else tensor for name, tensor in w.items()}
    save("dit-f16/model.safetensors", w)
    write_json("dit-f16/config.json", DIT_CONFIG)
    generator = torch.Generator().manual_seed(7)
    x = torch.randn(2, CHANNELS, SIZE, SIZE, generator=generator, dtype=torch.float64)
    time, label = torch.tensor([3.0, 40.0], dtype=torch.float64), torch.tensor([1, CLASSES])
    y = dit(wide(w), x, time, label)
    expected = {"x": x, "time": time, "label": label, "prediction": y}
    with open("dit-f16/expected.json", "w") as file:
        json.dump({k: v.flatten().tolist() for k, v in expected.items()}, file, separators=(",", ":"))
        file.write("\n")


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def expect(folder, config, forward):
    generator = torch.Generator().manual_seed(5)
    tokens = torch.randint(VOCABULARY, (BATCH, LENGTH), generator=generator)
    mask = torch.ones(BATCH, LENGTH, dtype=torch.long)
    mask[1, -3:] = 0
    write_json(folder + "/config.json", config)
    logits = forward(tokens, mask)
    assert logits.dtype == torch.float64
    rounded = [[[float(f"{x:.9g}") for x in row] for row in rows] for rows in logits.tolist()]
    expected = {"tokens": tokens.tolist(), "mask": mask.tolist(), "logits": rounded}
    with open(folder + "/expected.json", "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")


def wide(weights):
    return {name: tensor.double() for name, tensor in weights.items()}


def main():
    torch.set_num_threads(1)
    for folder in ("gpt2-f32", "gpt2-f16-old-names", "gpt2-sharded", "bert-f32", "bert-bf16", "dit-f16"):
        os.makedirs(folder, exist_ok=True)

    w = draw(gpt2_shapes("transformer."), 1)
    save("gpt2-f32/model.safetensors", w)
    expect("gpt2-f32", GPT2_CONFIG, lambda t, m: gpt2(wide(w), "transformer.", t, m))

    # as the first published files: no prefix, buffers among the weights
    half = {name: tensor.half() for name, tensor in draw(gpt2_shapes(""), 2).items()}
    triangle = torch.ones(POSITIONS, POSITIONS, dtype=torch.uint8).tril()[None, None]
    save(
        "gpt2-f16-old-names/model.safetensors",
        dict(half, **{f"h.{i}.attn.bias": triangle for i in range(LAYERS)}),
    )
    expect("gpt2-f16-old-names", GPT2_CONFIG, lambda t, m: gpt2(wide(half), "", t, m))

    names = list(w)
    shards = {
        "model-00001-of-00002.safetensors": names[: len(names) // 2],
        "model-00002-of-00002.safetensors": names[len(names) // 2 :],
    }
    for file, held in shards.items():
        save("gpt2-sharded/" + file, {name: w[name] for name in held})
    index = {
        "metadata": {"total_size": 4 * sum(tensor.numel() for tensor in w.values())},
        "weight_map": {name: file for file, held in shards.items() for name in held},
    }
    write_json("gpt2-sharded/model.safetensors.index.json", index)
    expect("gpt2-sharded", GPT2_CONFIG, lambda t, m: gpt2(wide(w), "transformer.", t, m))

    b = draw(bert_shapes(), 3)
    save("bert-f32/model.safetensors", b)
    expect("bert-f32", BERT_CONFIG, lambda t, m: bert(wide(b), t, m))

    # old names of the norms, heads that are not needed, the tied decoder stored once more
    brain = {name: tensor.bfloat16() for name, tensor in draw(bert_shapes(), 4).items()}
    stored = {}
    for name, tensor in brain.items():
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma")
        stored[old.replace("LayerNorm.bias", "LayerNorm.beta")] = tensor
    stored["cls.predictions.decoder.weight"] = brain["bert.embeddings.word_embeddings.weight"]
    stored["bert.pooler.dense.weight"] = torch.zeros(WIDTH, WIDTH).bfloat16()
    stored["bert.pooler.dense.bias"] = torch.zeros(WIDTH).bfloat16()
    stored["cls.seq_relationship.weight"] = torch.zeros(2, WIDTH).bfloat16()
    stored["cls.seq_relationship.bias"] = torch.zeros(2).bfloat16()
    save("bert-bf16/model.safetensors", stored)
    expect("bert-bf16", BERT_CONFIG, lambda t, m: bert(wide(brain), t, m))
    make_dit()


if __name__ == "__main__":
    main()
