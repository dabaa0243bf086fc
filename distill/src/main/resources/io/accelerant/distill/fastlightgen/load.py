"""Draws images or videos with numpy alone: load.sample(noise, labels), [count, channels, (frames,) size, size] in -1..1.

The network (DiT over patches, without some of its blocks) is only good for the levels of sampler.json: at each the clean
data is predicted, and noised anew for the next. Another number of steps is refused.
"""
import json, pathlib
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent

def tensors(name="model.safetensors", folder=FOLDER):
    data = (folder / name).read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = {k: v for k, v in json.loads(data[8:end]).items() if k != "__metadata__"}
    return {k: np.frombuffer(data[end:][slice(*v["data_offsets"])], "<f4").reshape(v["shape"]) for k, v in header.items()}

def network(w, c, x, time, label):  # x [batch, channels, frames, size, size], time 0..1000, label [batch]: the velocity
    batch, n, p, heads, m = len(x), c["input_size"] // c["patch_size"], c["patch_size"], c["num_heads"], c.get("frame_patch_size", 1)
    f, channels, tokens = c.get("num_frames", 1) // m, c["in_channels"], c.get("num_frames", 1) // m * n * n
    linear = lambda name, h: h @ w[name + ".weight"].T + w[name + ".bias"]
    silu = lambda h: h / (1 + np.exp(-h))
    norm = lambda h: (h - h.mean(-1, keepdims=True)) / np.sqrt(h.var(-1, keepdims=True) + 1e-6)
    angles = time * 10000.0 ** (-np.arange(128) / 128)
    condition = linear("t_embedder.mlp.2", silu(linear("t_embedder.mlp.0", np.concatenate([np.cos(angles), np.sin(angles)]))))
    condition = condition + w["y_embedder.embedding_table.weight"][label] if c["num_classes"] else np.repeat(condition[None], batch, 0)
    parts = lambda name, count: np.split(linear(name + ".adaLN_modulation.1", silu(condition))[:, None], count, -1)
    rows = x.reshape(batch, channels, f, m, n, p, n, p).transpose(0, 2, 4, 6, 1, 3, 5, 7).reshape(batch, tokens, -1)
    h = rows @ w["x_embedder.proj.weight"].reshape(c["hidden_size"], -1).T + w["x_embedder.proj.bias"]
    h = h.reshape(batch, f, n * n, -1) + w["pos_embed"][:, None]
    h = (h + w["temp_embed"][:, :, None] if "temp_embed" in w else h).reshape(batch, tokens, -1)
    for i in c.get("kept_blocks", range(c["depth"])):
        b = f"blocks.{i}."
        shift, scale, gate, shift2, scale2, gate2 = parts(f"blocks.{i}", 6)
        q, k, v = linear(b + "attn.qkv", norm(h) * (1 + scale) + shift).reshape(batch, tokens, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True) @ v).swapaxes(1, 2).reshape(h.shape)
        h = h + gate * linear(b + "attn.proj", mixed)
        u = linear(b + "mlp.fc1", norm(h) * (1 + scale2) + shift2)
        u = u / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))  # gelu, tanh form
        h = h + gate2 * linear(b + "mlp.fc2", u)
    shift, scale = parts("final_layer", 2)
    out = linear("final_layer.linear", norm(h) * (1 + scale) + shift).reshape(batch, f, n, n, m, p, p, channels)
    return out.transpose(0, 7, 1, 4, 2, 5, 3, 6).reshape(x.shape)

def sample(noise=None, labels=None, count=16, steps=None, renoise=None, folder=FOLDER):  # renoise: the noise between steps
    c, s = (json.loads((folder / name).read_text()) for name in ("config.json", "sampler.json"))
    if steps not in (None, s["steps"]):
        raise ValueError(f"this network was trained for {s['steps']} steps, not for {steps}")
    shape = (-1, c["in_channels"], c.get("num_frames", 1), c["input_size"], c["input_size"])
    z = np.random.randn(count, *shape[1:]) if noise is None else np.reshape(noise, shape)
    w, none = tensors(folder=folder), c["diffusion"]["nullLabel"]
    labels = np.asarray(np.arange(len(z)) % max(1, none) if s["labelled"] else np.full(len(z), none)) if labels is None else np.asarray(labels)
    for i, (t, time) in enumerate(zip(s["levels"], s["networkTimes"])):
        if i > 0:
            z = (1 - t) * x + t * (np.random.randn(*z.shape) if renoise is None else np.reshape(renoise[i - 1], z.shape))
        x = z - t * network(w, c, z, time, labels)
    return x if c.get("num_frames", 1) > 1 else x[:, :, 0]
