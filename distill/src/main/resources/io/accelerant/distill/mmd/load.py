"""Draws images with numpy alone: load.sample(noise, labels), [count, channels, size, size] in -1..1.

The network (DiT) is only good for the sampler beside it: deterministic DDIM at the times of sampler.json,
or, where it predicts the velocity of a flow, steps of Euler.
"""
import json, pathlib
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent

def tensors(name="model.safetensors", folder=FOLDER):
    data = (folder / name).read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = {k: v for k, v in json.loads(data[8:end]).items() if k != "__metadata__"}
    return {k: np.frombuffer(data[end:][slice(*v["data_offsets"])], "<f4").reshape(v["shape"]) for k, v in header.items()}

def network(w, c, x, time, label):  # x [batch, channels, size, size], time 0..1000, label [batch]: the predicted noise or velocity
    batch, n, p, heads = len(x), c["input_size"] // c["patch_size"], c["patch_size"], c["num_heads"]
    linear = lambda name, h: h @ w[name + ".weight"].T + w[name + ".bias"]
    silu = lambda h: h / (1 + np.exp(-h))
    norm = lambda h: (h - h.mean(-1, keepdims=True)) / np.sqrt(h.var(-1, keepdims=True) + 1e-6)
    angles = time * 10000.0 ** (-np.arange(128) / 128)
    condition = linear("t_embedder.mlp.2", silu(linear("t_embedder.mlp.0", np.concatenate([np.cos(angles), np.sin(angles)]))))
    condition = condition + w["y_embedder.embedding_table.weight"][label] if c["num_classes"] else np.repeat(condition[None], batch, 0)
    parts = lambda name, count: np.split(linear(name + ".adaLN_modulation.1", silu(condition))[:, None], count, -1)
    rows = x.reshape(batch, -1, n, p, n, p).transpose(0, 2, 4, 1, 3, 5).reshape(batch, n * n, -1)
    h = rows @ w["x_embedder.proj.weight"].reshape(c["hidden_size"], -1).T + w["x_embedder.proj.bias"] + w["pos_embed"]
    for i in c.get("kept_blocks", range(c["depth"])):
        b = f"blocks.{i}."
        shift, scale, gate, shift2, scale2, gate2 = parts(f"blocks.{i}", 6)
        q, k, v = linear(b + "attn.qkv", norm(h) * (1 + scale) + shift).reshape(batch, n * n, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True) @ v).swapaxes(1, 2).reshape(h.shape)
        h = h + gate * linear(b + "attn.proj", mixed)
        u = linear(b + "mlp.fc1", norm(h) * (1 + scale2) + shift2)
        u = u / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))  # gelu, tanh form
        h = h + gate2 * linear(b + "mlp.fc2", u)
    shift, scale = parts("final_layer", 2)
    return linear("final_layer.linear", norm(h) * (1 + scale) + shift).reshape(batch, n, n, p, p, -1).transpose(0, 5, 1, 3, 2, 4).reshape(x.shape)

def sample(noise=None, labels=None, count=16, folder=FOLDER):
    c, s = (json.loads((folder / name).read_text()) for name in ("config.json", "sampler.json"))
    w, size = tensors(folder=folder), c["input_size"]
    x = np.random.randn(count, c["in_channels"], size, size) if noise is None else np.reshape(noise, (-1, c["in_channels"], size, size))
    none = c["diffusion"]["nullLabel"]
    labels = np.asarray(np.arange(len(x)) % max(1, none) if s["labelled"] else np.full(len(x), none)) if labels is None else np.asarray(labels)
    for i, time in enumerate(s["networkTimes"]):
        if s["solver"] == "euler":
            x = x + (s["times"][i + 1] - s["times"][i]) * network(w, c, x, time, labels)
            continue
        a, b, a2, b2 = s["alpha"][i], s["sigma"][i], s["alpha"][i + 1], s["sigma"][i + 1]
        x = a2 / a * x + (b2 - a2 / a * b) * network(w, c, x, time, labels)
    return x
