"""Fills masked positions with numpy alone: load.fill("4__7__"), or load.decode(row) of tokens.

Reads the network and decoder.json beside this folder; RULES are those that it knows. Networks of other layouts (Llama,
Qwen2, LLaDA, Dream) are read by their own libraries: load.decode(row, logits=f), f from tokens to logits [length, vocabulary].
"""
import json, pathlib
import numpy as np

RULES = ("confidence", "entropy", "entropy-budget", "factor", "one-per-step", "quota")
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
            raise ValueError(f"config.json: {name} is {c.get(name)}, this loader knows {value}; give decode the logits of another")
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

def committed(d, score, filled):  # of open positions by falling score: how many now; filled: those of the block already
    n, threshold = len(score), d.get("threshold")
    if d["rule"] == "one-per-step":
        return 1
    if d["rule"] == "quota":  # parts of the block as equal as can be, the larger ones first
        small, larger = divmod(n + filled, min(int(d["steps"]) or n + filled, n + filled))
        return small + (filled < larger * (small + 1))
    if d["rule"] == "factor":
        passes = score >= 1 - threshold / (np.arange(n) + 2)
    elif d["rule"] == "entropy-budget":  # of all but the last
        passes = np.cumsum(-score) + score <= threshold
    else:
        least = threshold if d["rule"] == "confidence" else -threshold
        passes = score > least if d["boundary"] == "strict" else score >= least
    return max(1, n if passes.all() else int(np.argmin(passes)))  # up to the first that does not pass

def decode(row, folder=FOLDER, logits=None):  # row: tokens, MASK where they are wanted; all tokens, and the number of evaluations
    c, d = (json.loads((folder / name).read_text()) for name in ("config.json", "decoder.json"))
    if d["rule"] not in RULES:
        raise ValueError(f"decoder.json: the rule is {d['rule']}; this loader knows {', '.join(RULES)}")
    if d.get("order", "confidence") != "confidence":
        raise ValueError(f"decoder.json: {d['rule']} in the order {d['order']}; this loader knows confidence")
    if logits is None:
        w = tensors(folder=folder)
        logits = lambda tokens: network(w, c, tokens)
    mask, row = c["language"]["maskToken"], np.array(row)
    masked = np.flatnonzero(row == mask)
    start = masked[0] if len(masked) and masked[0] == len(row) - len(masked) else 0  # blocks begin with an answer behind all that is given
    block, evaluations = d["blockLength"] or len(row), 0
    while (row == mask).any():
        first = np.flatnonzero(row == mask)[0]
        begin = start + (first - start) // block * block
        z = np.array(logits(row), dtype=float)
        z[:, mask] = -np.inf
        z[:, c["language"]["tokenizer"].get("size", z.shape[1]) :] = -np.inf  # what is no token
        p = np.exp(z - z.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        score = np.sum(p * np.log(p, out=np.zeros_like(p), where=p > 0), -1) if d["rule"].startswith("entropy") else p.max(-1)
        wanted = masked[(masked >= begin) & (masked < begin + block)]
        open_ = wanted[row[wanted] == mask]
        open_ = open_[np.argsort(-score[open_], kind="stable")]
        now = open_[: committed(d, score[open_], len(wanted) - len(open_))]
        row[now] = np.argmax(p[now], -1)
        evaluations += 1
    return row.tolist(), evaluations

def fill(text, gap="_", folder=FOLDER):  # text with a gap for each missing symbol
    symbols = json.loads((folder / "config.json").read_text())["language"]["tokenizer"]["symbols"]
    row, _ = decode([len(symbols) + 1 if s == gap else symbols.index(s) for s in text], folder)
    return "".join(symbols[token] for token in row if token < len(symbols))
