"""The peer of `accelerant bench generate`: plain sampling from a GPT-2 in PyTorch, keys and values kept.

Usage: generate.py TASK.json, beside tensors.safetensors. Prints one line of JSON: best seconds of three
runs after a warm-up, and the log-probability of a given text after the first prompt.
"""
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

import peer_tensors

torch.set_num_threads(1)
task = json.loads(pathlib.Path(sys.argv[1]).read_text())
tensors = peer_tensors.read(pathlib.Path(sys.argv[1]).parent)
w = {name.removeprefix("transformer."): t for name, t in tensors.items()}
prompts = torch.tensor(task["prompts"])
heads, layers, count = task["heads"], task["layers"], task["tokens"]
width = w["wte.weight"].shape[1]


def room(batch, length):
    return [torch.zeros(2, batch, heads, length, width // heads) for _ in range(layers)]


def attend(q, k, v):
    """Causal where there are several queries; by one operation where this PyTorch has it."""
    n = q.shape[-2]
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=n > 1)
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if n > 1:
        scores = scores.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), float("-inf"))
    return scores.softmax(-1) @ v


def read(tokens, at, cache):
    """Logits of all tokens [batch, n], the first at position `at`."""
    batch, n = tokens.shape
    x = w["wte.weight"][tokens] + w["wpe.weight"][at : at + n]
    for layer in range(layers):
        p = f"h.{layer}."
        norm = lambda name, v: F.layer_norm(v, (width,), w[p + name + ".weight"], w[p + name + ".bias"], 1e-5)
        linear = lambda name, v: torch.addmm(w[p + name + ".bias"], v.view(-1, v.shape[-1]), w[p + name + ".weight"])
        qkv = linear("attn.c_attn", norm("ln_1", x)).view(batch, n, 3, heads, -1).permute(2, 0, 3, 1, 4)
        cache[layer][:, :, :, at : at + n] = qkv[1:]
        k, v = cache[layer][:, :, :, : at + n]
        mixed = attend(qkv[0], k, v)
        x = x + linear("attn.c_proj", mixed.transpose(1, 2).reshape(batch, n, width)).view(batch, n, width)
        hidden = F.gelu(linear("mlp.c_fc", norm("ln_2", x)), approximate="tanh")
        x = x + linear("mlp.c_proj", hidden).view(batch, n, width)
    return F.layer_norm(x, (width,), w["ln_f.weight"], w["ln_f.bias"], 1e-5)


def head(x):
    return F.linear(x, w["wte.weight"])


def write():
    cache = room(len(prompts), prompts.shape[1] + count)
    logits = head(read(prompts, 0, cache)[:, -1])
    for i in range(count):
        drawn = torch.multinomial(logits.softmax(-1), 1)
        if i + 1 < count:
            logits = head(read(drawn, prompts.shape[1] + i, cache)[:, -1])


with torch.inference_mode():
    seconds = []
    for run in range(4):
        start = time.perf_counter()
        write()
        seconds.append(time.perf_counter() - start)
    text = torch.tensor(task["text"])
    whole = torch.cat([prompts[0], text])[None]
    said = head(read(whole, 0, room(1, whole.shape[1])))[0, prompts.shape[1] - 1 : -1].double().log_softmax(-1)
    score = said.gather(1, text[:, None]).sum().item()
print(json.dumps({"seconds": min(seconds[1:]), "logProbability": score}))
