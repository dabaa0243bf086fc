"""The peer of `accelerant bench transformer-step`: the same GPT-2 step in PyTorch, on weights and tokens from files.

Usage: transformer_step.py FOLDER THREADS STEPS. With a rate under `adam`, a step of Adam
is part of it. Prints one line of JSON: median seconds, loss, gradient norm.
"""
import json
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import peer_tensors

folder, threads, steps = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
spec = json.loads((folder / "bench.json").read_text())
w = {name: t.requires_grad_() for name, t in peer_tensors.read(folder).items()}
batch, length, heads = spec["batch"], spec["length"], spec["heads"]
tokens = torch.tensor(spec["tokens"]).view(batch, length)
targets = torch.tensor(spec["targets"]).view(-1)
mask = torch.full((length, length), float("-inf")).triu(1)


def loss():
    x = w["transformer.wte.weight"][tokens] + w["transformer.wpe.weight"][:length]
    width = x.shape[-1]
    for layer in range(spec["layers"]):
        p = f"transformer.h.{layer}."
        norm = lambda n, v: F.layer_norm(v, (width,), w[p + n + ".weight"], w[p + n + ".bias"], 1e-5)
        linear = lambda n, v: F.linear(v, w[p + n + ".weight"].t(), w[p + n + ".bias"])
        q, k, v = linear("attn.c_attn", norm("ln_1", x)).split(width, -1)
        q, k, v = (a.view(batch, length, heads, -1).transpose(1, 2) for a in (q, k, v))
        scores = q @ k.transpose(-1, -2) / (width // heads) ** 0.5 + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + linear("attn.c_proj", mixed)
        hidden = F.gelu(linear("mlp.c_fc", norm("ln_2", x)), approximate="tanh")
        x = x + linear("mlp.c_proj", hidden)
    x = F.layer_norm(x, (width,), w["transformer.ln_f.weight"], w["transformer.ln_f.bias"], 1e-5)
    return F.cross_entropy(F.linear(x, w["transformer.wte.weight"]).view(-1, spec["vocabulary"]), targets)


adam = torch.optim.Adam(w.values(), lr=spec["adam"]) if "adam" in spec else None
seconds = []
for step in range(steps + 2):
    start = time.perf_counter()
    for t in w.values():
        t.grad = None
    value = loss()
    value.backward()
    if adam:
        adam.step()
    seconds.append(time.perf_counter() - start)
norm = sum(float((t.grad.double() ** 2).sum()) for t in w.values()) ** 0.5
print(json.dumps({"seconds": float(np.median(seconds[2:])), "loss": value.item(), "gradientNorm": norm}))
