"""The peer of `accelerant bench mmd`: the same update in PyTorch, on tensors and numbers from files.

Usage: mmd_update.py FOLDER REPEATS. Prints one line of JSON: median seconds, loss and gradient norm of the first update.
States are kept and each step is run again in the backward pass, as memory that is flat in the steps wants it.
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import peer_tensors

folder, repeats = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
spec = json.load(open(folder + "/spec.json"))
tensors = peer_tensors.read(folder)
w = {k[8:]: v.requires_grad_(k != "network.pos_embed") for k, v in tensors.items() if k.startswith("network.")}
classifier = {k[11:]: v for k, v in tensors.items() if k.startswith("classifier.")}
trained = [v for v in w.values() if v.requires_grad]
average = [v.detach().clone() for v in trained]
adam = torch.optim.Adam(trained, lr=spec["learningRate"])
alpha, sigma, rates, patch, micro = (spec[k] for k in ("alpha", "sigma", "rates", "patch", "microBatch"))
steps = len(alpha) - 1
frequencies = 10000.0 ** (-torch.arange(128) / 128)
linear = lambda name, h: F.linear(h, w[name + ".weight"], w[name + ".bias"])


def norm(h):
    return F.layer_norm(h, h.shape[-1:], eps=1e-6)


def network(x, t):
    batch, n = len(x), x.shape[-1] // patch
    angles = torch.full((batch, 1), 1000 * t) * frequencies
    c = linear("t_embedder.mlp.2", F.silu(linear("t_embedder.mlp.0", torch.cat([angles.cos(), angles.sin()], 1))))
    c = F.silu(c + w["y_embedder.embedding_table.weight"][torch.zeros(batch, dtype=torch.long)])
    parts = lambda name, count: linear(name + ".adaLN_modulation.1", c)[:, None].chunk(count, -1)
    h = F.conv2d(x, w["x_embedder.proj.weight"], w["x_embedder.proj.bias"], stride=patch).flatten(2).transpose(1, 2)
    h = h + w["pos_embed"]
    for i in range(spec["layers"]):
        b = f"blocks.{i}."
        shift, scale, gate, shift2, scale2, gate2 = parts(f"blocks.{i}", 6)
        q, k, v = linear(b + "attn.qkv", norm(h) * (1 + scale) + shift).view(batch, n * n, 3, spec["heads"], -1).permute(2, 0, 3, 1, 4)
        mixed = ((q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])).softmax(-1) @ v
        h = h + gate * linear(b + "attn.proj", mixed.transpose(1, 2).reshape(h.shape))
        u = F.gelu(linear(b + "mlp.fc1", norm(h) * (1 + scale2) + shift2), approximate="tanh")
        h = h + gate2 * linear(b + "mlp.fc2", u)
    shift, scale = parts("final_layer", 2)
    out = linear("final_layer.linear", norm(h) * (1 + scale) + shift)
    return out.view(batch, n, n, patch, patch, 1).permute(0, 5, 1, 3, 2, 4).reshape(x.shape)


def features(x):
    h = x.clamp(0, 1).flatten(1)
    for layer in range(len(classifier) // 2 - 1):
        h = F.silu(F.linear(h, classifier[f"layers.{layer}.weight"], classifier[f"layers.{layer}.bias"]))
    return h


def mmd(x, y):
    kernel = lambda a, b: sum(torch.exp(-r * torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()) for r in rates) / len(rates)
    n = len(x)
    within = lambda k: (k.sum() - k.diagonal().sum()) / (n * (n - 1))
    return within(kernel(x, x)) + within(kernel(y, y)) - 2 * kernel(x, y).mean()


def pulled(function, x, cotangent, parameters):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(function(x), [x, *parameters], cotangent)


def update():
    states = []
    for x in tensors["noise"].split(micro):
        own = [x]
        with torch.no_grad():
            for s in range(steps):
                a = alpha[s + 1] / alpha[s]
                own.append(a * own[-1] + (sigma[s + 1] - a * sigma[s]) * network(own[-1], spec["times"][s]))
        states.append(own)
    with torch.no_grad():
        f = torch.cat([features((own[-1] + 1) / 2) for own in states])
        real = features(tensors["images"])
    wide = f.double().requires_grad_()
    loss = mmd(wide, real.double())
    gradient = torch.autograd.grad(loss, wide)[0].float()
    sums = [torch.zeros_like(v) for v in trained]
    for own, g in zip(states, gradient.split(micro)):
        g = pulled(lambda x: features((x + 1) / 2), own[-1], g, [])[0]
        for s in reversed(range(steps)):
            a = alpha[s + 1] / alpha[s]
            back = pulled(lambda x: network(x, spec["times"][s]), own[s], (sigma[s + 1] - a * sigma[s]) * g, trained)
            g = a * g + back[0]
            for total, part in zip(sums, back[1:]):
                total += part
    for v, total in zip(trained, sums):
        v.grad = total
    size = torch.nn.utils.clip_grad_norm_(trained, 0.5)
    adam.step()
    with torch.no_grad():
        for mean, v in zip(average, trained):
            mean.lerp_(v, 0.02)
    return loss.item(), size.item()


first = update()
update()
seconds = []
for _ in range(repeats):
    start = time.perf_counter()
    update()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": float(np.median(seconds)), "loss": first[0], "gradientNorm": first[1]}))
