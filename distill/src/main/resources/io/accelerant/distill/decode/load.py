"""Fills masked positions with numpy alone: load.fill("4__7__"), or load.decode(row) of tokens.

Reads the network and decoder.json beside this folder; rules confidence, entropy and one-per-step.
"""
import json, pathlib
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent

def tensors(name="model.safetensors", folder=FOLDER):
    data = (folder / name).read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = {k: v for k, v in json.loads(data[8:end]).items() if k != "__metadata__"}
    return {k: np.frombuffer(data[end:][slice(*v["data_offsets"])], "<f4").reshape(v["shape"]) for k, v in header.items()}

def rotate(x):  # x [heads, length, d]: halves as complex numbers, turned by their position
    length, half = x.shape[1], x.shape[2] // 2
    angles = np.arange(length)[:, None] * 10000.0 ** (-np.arange(half) / half)
    re, im, c, s = x[..., :half], x[..., half:], np.cos(angles), np.sin(angles)
    return np.concatenate([re * c - im * s, im * c + re * s], -1)

def network(w, c, tokens):  # tokens [length]: logits [length, vocabulary]
    known = {"causal": False, "norm": "layer", "gated": False, "timed": False, "activation_function": "gelu_new"}
    for name, value in known.items():
        if c.get(name) != value:
            raise ValueError(f"config.json: {name} is {c.get(name)}; this loader knows {value}")
    if c["positions"] not in ("rotary", "learned"):
        raise ValueError(f"config.json: positions {c['positions']} are not known to this loader")
    t = "transformer."
    linear = lambda name, h: h @ w[t + name + ".weight"] + w[t + name + ".bias"]
    def norm(name, h):
        centred = h - h.mean(-1, keepdims=True)
        return centred / np.sqrt(h.var(-1, keepdims=True) + c["layer_norm_epsilon"]) * w[t + name + ".weight"] + w[t + name + ".bias"]
    length, rotary = len(tokens), c["positions"] == "rotary"
    x = w[t + "wte.weight"][tokens].astype(float)
    x = x if rotary else x + w[t + "wpe.weight"][:length]
    for i in range(c["n_layer"]):
        b = f"h.{i}."
        q, k, v = linear(b + "attn.c_attn", norm(b + "ln_1", x)).reshape(length, 3, c["n_head"], -1).transpose(1, 2, 0, 3)
        q, k = (rotate(q), rotate(k)) if rotary else (q, k)
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(length, -1)
        x = x + linear(b + "attn.c_proj", mixed)
        u = linear(b + "mlp.c_fc", norm(b + "ln_2", x))
        u = u / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))  # gelu, tanh form
        x = x + linear(b + "mlp.c_proj", u)
    x = norm("ln_f", x)
    return x @ (w[t + "wte.weight"].T if c["tie_word_embeddings"] else w["lm_head.weight"].T)

def decode(row, folder=FOLDER):  # row: tokens, MASK where they are wanted; all tokens, and the number of evaluations
    c, d = (json.loads((folder / name).read_text()) for name in ("config.json", "decoder.json"))
    if d["rule"] not in ("confidence", "entropy", "one-per-step") or d.get("order", "confidence") != "confidence":
        raise ValueError(f"decoder.json: the rule {d['rule']} is not known to this loader")
    w, mask, row = tensors(folder=folder), c["language"]["maskToken"], np.array(row)
    masked = np.flatnonzero(row == mask)
    start = masked[0] if len(masked) and masked[0] == len(row) - len(masked) else 0  # blocks begin with an answer behind all that is given
    block, evaluations = d["blockLength"] or len(row), 0
    while (row == mask).any():
        first = np.flatnonzero(row == mask)[0]
        end = start + ((first - start) // block + 1) * block
        logits = network(w, c, row)
        logits[:, mask] = -np.inf
        p = np.exp(logits - logits.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        score, threshold = p.max(-1), d.get("threshold", 2)
        if d["rule"] == "entropy":
            score, threshold = np.sum(p * np.log(p, out=np.zeros_like(p), where=p > 0), -1), -threshold
        open_ = np.flatnonzero(row[:end] == mask)
        passes = score[open_] > threshold if d.get("boundary") == "strict" else score[open_] >= threshold
        passes[np.argmax(score[open_])] = True  # the best one always
        row[open_[passes]] = np.argmax(p[open_[passes]], -1)
        evaluations += 1
    return row.tolist(), evaluations

def fill(text, gap="_", folder=FOLDER):  # text with a gap for each missing symbol
    symbols = json.loads((folder / "config.json").read_text())["language"]["tokenizer"]["symbols"]
    row, _ = decode([len(symbols) + 1 if s == gap else symbols.index(s) for s in text], folder)
    return "".join(symbols[token] for token in row if token < len(symbols))
